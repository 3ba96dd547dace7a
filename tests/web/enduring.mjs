// Input that is too much, broken or not what it says: the page says what is wrong and goes on.
import assert from "node:assert/strict";
import { count, Farebox } from "../../pkg/dist/node.js";
import { drop, open, paste, picture, quoted, text } from "./playground.mjs";

const number = (words) => Number(words.replaceAll(/[^\d.]/g, ""));

const settled = async (page) => {
  await page.waitForTimeout(250);
  await quoted(page);
};

export async function huge(browser) {
  const { page, said, close } = await open(browser);
  for (const words of ["the fare is known before the journey, ".repeat(131_600), "one line of many, and another word\n".repeat(143_000)]) {
    await paste(page, words);
    await settled(page);
    assert.equal(number(await text(page, "#chars")), words.length);
    assert.equal(number(await text(page, "#tokens")), count(words));
    await page.keyboard.press("Control+Home");
    await page.keyboard.type("still alive ");
    await settled(page);
    assert.equal(number(await text(page, "#tokens")), count(`still alive ${words}`));
  }
  assert.match(await text(page, "#refused"), /reads at most 272,000 tokens/);
  assert.deepEqual(said, []);
  await close();
}

export async function surrogates(browser) {
  const { page, said, close } = await open(browser);
  const words = "a\ud800 b \udc00c 🚋";
  await paste(page, words);
  await settled(page);
  assert.equal(number(await text(page, "#tokens")), count(words.toWellFormed()));
  assert.match(await text(page, "#fact-input"), /^\d+ tokens$/);
  // A character goes whole, however many units it has.
  await paste(page, "x🚋y");
  await page.keyboard.press("Control+Home");
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("Delete");
  await settled(page);
  assert.equal(await text(page, "#chars"), "2 characters");
  assert.deepEqual(said, []);
  await close();
}

/** With no request there is no fare: none of the last one stays in sight. */
export async function emptied(browser) {
  const { page, said, close } = await open(browser);
  await page.click("#prompt .cm-content");
  await page.keyboard.press("Control+A");
  await page.keyboard.press("Delete");
  await settled(page);
  assert.match(await text(page, "#ticket-why"), /Type or paste a prompt/);
  assert.equal(await text(page, "#ticket-fare"), "$–");
  assert.equal(await page.isVisible("#fares"), false);
  assert.equal(await page.isVisible("#problem"), false);
  await picture(page, "empty");
  await page.keyboard.type("and again");
  await settled(page);
  assert.match(await text(page, "#ticket-fare"), /^\$0\.0/);
  assert.equal(await page.isVisible("#fares"), true);
  assert.deepEqual(said, []);
  await close();
}

/** A body of every wire format is read as what it is, and one that cannot be read is words, and says why. */
export async function bodies(browser) {
  const { page, said, close } = await open(browser);
  const words = "Which zone is the harbour in?";
  const known = {
    "OpenAI Responses": { model: "gpt-5.4", input: words, tools: [{ type: "function", name: "zone_of", parameters: { type: "object" } }] },
    "Chat Completions": { model: "gpt-5.4-mini", messages: [{ role: "user", content: words }] },
    "Anthropic Messages": { model: "claude-sonnet-4-5", max_tokens: 64, messages: [{ role: "user", content: words }] },
    Gemini: { contents: [{ parts: [{ text: words }] }] },
  };
  for (const [name, body] of Object.entries(known)) {
    await paste(page, JSON.stringify(body));
    await settled(page);
    assert.match(await text(page, "#read"), new RegExp(`^Read as a request body, ${name}`));
    const { estimates } = new Farebox().quote(body, { policy: { namedModel: "reroute" } });
    assert.equal(number(await text(page, "#fact-input")), estimates[0].input.tokens.expected, name);
  }
  for (const [body, why] of [
    ['{"model":"gpt-5.4","messages":[{"role":"user","content":7}]}', /Taken as plain words: \S/],
    ['{"model":"gpt-5.4","messages":[{"role":"user","content":"cut off', /Taken as plain words: it is no JSON/],
  ]) {
    await paste(page, body);
    await settled(page);
    assert.match(await text(page, "#read"), why);
    assert.equal(number(await text(page, "#tokens")), count(body));
  }
  await paste(page, "{ no body at all }");
  await settled(page);
  assert.equal(await page.isVisible("#read"), false);
  await paste(page, '{"model":"nobody-9","messages":[{"role":"user","content":"a"}]}');
  await page.evaluate(() => (document.querySelector("#more").open = true));
  await page.selectOption("#named", "respect");
  await settled(page);
  assert.match(await text(page, "#problem"), /nobody-9/);
  assert.equal(await text(page, "#ticket-model"), "No fare");
  assert.deepEqual(said, []);
  await close();
}

export async function files(browser) {
  const { page, said, close } = await open(browser);
  for (const [file, why] of [
    [{ name: "torn.png", type: "image/png", text: "no picture" }, /torn\.png: cannot be read as a picture/],
    [{ name: "empty.txt", type: "text/plain", text: "" }, /empty\.txt: is empty/],
    [{ name: "notes.txt.gz", type: "application/gzip", text: "not packed" }, /is not gzip/],
    [{ name: "latin.txt", type: "text/plain", base64: "Y2Fm6Q==" }, /neither a text in UTF-8/],
    [{ name: "music", type: "", base64: "SUQzBAD/+5BkAA==" }, /neither a text in UTF-8/],
  ]) {
    await drop(page, [file]);
    await page.waitForFunction((name) => document.querySelector("#problem").textContent.startsWith(name), file.name);
    assert.match(await text(page, "#problem"), why);
  }
  // It stays to be read until something else comes in.
  await page.click('label[for="preset-balanced"]');
  await settled(page);
  assert.match(await text(page, "#problem"), /music/);
  await drop(page, [{ name: "wide.txt", type: "text/plain", base64: Buffer.from("\ufeffzone 2", "utf16le").toString("base64") }]);
  await page.waitForSelector("#problem", { state: "hidden" });
  await drop(page, [{ name: "bad.jsonl", type: "", text: "null\n[]\n7\n{" }]);
  await page.waitForFunction(() => document.querySelector("#audit-out").textContent.includes("No line of it"));
  assert.match(await text(page, "#audit-out"), /4 lines skipped/);
  assert.deepEqual(said, []);
  await close();
}

/** Bytes that are no vocabulary, whatever they are called. */
export async function wrongVocabulary(browser) {
  for (const answer of [{ body: Buffer.alloc(600_000, 7) }, { contentType: "text/html", body: "<p>not found</p>" }]) {
    const { page, said, close } = await open(browser, {
      exact: false,
      serviceWorkers: "block",
      init: (page) => page.context().route(/\.vocab$/, (route) => route.fulfill(answer)),
    });
    await page.waitForSelector("#inexact:not([hidden])");
    assert.match(await text(page, "#inexact"), /stay approximate: .*no vocabulary/);
    await paste(page, "Counted all the same.");
    await settled(page);
    assert.match(await text(page, "#tokens"), /^≈ \d/);
    assert.match(await text(page, "#fact-input"), /^≈ /);
    assert.deepEqual(said, []);
    await picture(page, "approximate");
    await close();
  }
}

export async function withoutKernel(browser) {
  for (const [options, why] of [
    [{ init: (page) => page.context().route(/\.wasm$/, (route) => route.fulfill({ status: 404 })) }, /could not be loaded/],
    [{ init: (page) => page.context().route(/\.wasm$/, (route) => route.fulfill({ contentType: "application/wasm", body: "no" })) }, /could not be loaded/],
    [{ headers: { "content-security-policy": "worker-src 'none'" } }, /worker-src 'self'/],
  ]) {
    const { page, close } = await open(browser, { exact: false, serviceWorkers: "block", ...options });
    await page.waitForSelector('.lamp[data-of="broken"]');
    assert.match(await text(page, "#problem"), why);
    assert.equal(await page.isVisible("#fares"), false);
    await page.fill("#prompt textarea", "still typing");
    await picture(page, "broken");
    await close();
  }
}
