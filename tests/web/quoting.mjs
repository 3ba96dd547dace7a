// Text in, fares out.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { boundaries, count, Farebox } from "../../pkg/dist/node.js";
import { choose, drop, open, paste, picture, quoted, slide, text } from "./playground.mjs";
import { root } from "../js/project.mjs";

const number = (words) => Number(words.replaceAll(/[^\d.]/g, ""));

/** The painted tokens of each line the editor shows, in order. */
const painted = (page) =>
  page.evaluate(() => {
    const lines = [...document.querySelectorAll(".cm-line")];
    const found = lines.map(() => []);
    for (const [name, highlight] of CSS.highlights) {
      if (!/^token-\d/.test(name)) continue;
      for (const { startContainer, startOffset, endOffset } of highlight) {
        found[lines.findIndex((line) => line.contains(startContainer))].push([startOffset, startContainer.data.slice(startOffset, endOffset)]);
      }
    }
    return found.map((line) => line.sort(([a], [b]) => a - b).map(([, token]) => token));
  });

const content = (page) => page.$$eval(".cm-line", (lines) => lines.map((line) => line.textContent).join("\n"));

export async function typing(browser) {
  const { page, said, close } = await open(browser);
  await page.click("#prompt .cm-content");
  await page.keyboard.press("Control+A");
  await page.keyboard.type("The fare is known before the journey: naïve 🏳️‍🌈 運賃.");
  await page.keyboard.press("Home");
  for (let press = 0; press < 9; press += 1) await page.keyboard.press("ArrowRight");
  await page.keyboard.type("lowest possible ");
  await page.keyboard.press("Delete");
  await page.keyboard.press("Backspace");
  await page.waitForTimeout(200);
  await quoted(page);
  const now = await content(page);
  assert.match(now, /lowest possible/);
  assert.equal(number(await text(page, "#tokens")), count(now));
  const ends = [...new Set(boundaries(now))];
  const tokens = ends.map((end, index) => now.slice(ends[index - 1] ?? 0, end));
  assert.deepEqual((await painted(page)).flat(), tokens);
  const quote = new Farebox().quote({ conversation: [{ role: "user", content: [{ type: "text", text: now }] }] });
  assert.equal(await text(page, "#ticket-model"), quote.decision.chosen.model);
  assert.match(await text(page, "#fact-input"), new RegExp(`^${quote.estimates[0].input.tokens.expected} tokens$`));
  assert.deepEqual(said, []);
  await close();
}

export async function edits(browser) {
  const { page, close } = await open(browser);
  await paste(page, "zone a\n\n\n  zone b\tzone c 😀😀\n".repeat(120));
  let state = 11;
  const next = (below) => (state = (state * 48_271) % 2_147_483_647) % below;
  for (let step = 0; step < 40; step += 1) {
    const lines = page.locator(".cm-line");
    await lines.nth(next(12)).click({ position: { x: 14 + next(90), y: 8 } });
    const keys = [["Backspace"], ["Delete"], ["Enter"], ["Control+Z"], ["Shift+End", "Delete"], ["Shift+ArrowDown", "x"]][next(6)];
    for (const key of keys) await page.keyboard.press(key);
    if (next(2)) await page.keyboard.type(["é", " the", "\u200d", "12 345", "  "][next(5)]);
  }
  await page.waitForTimeout(300);
  await page.keyboard.press("Control+A");
  await page.keyboard.press("Control+C");
  const now = await page.evaluate(() => navigator.clipboard.readText());
  assert.equal(number(await text(page, "#tokens")), count(now));
  // Of the lines in view every token stands as a count of the whole text cuts it, but for line breaks.
  await page.locator("#prompt .cm-content").press("Control+Home");
  await page.waitForTimeout(300);
  const ends = boundaries(now);
  const words = (await content(page)).split("\n");
  let start = 0;
  for (const [index, tokens] of (await painted(page)).slice(0, 12).entries()) {
    const end = start + words[index].length;
    const cuts = [start, ...new Set(ends.filter((at) => at > start && at < end)), end];
    const expected = cuts.slice(1).map((at, piece) => now.slice(cuts[piece], at)).filter(Boolean);
    assert.deepEqual(tokens, expected, `line ${index}`);
    start = end + 1;
  }
  await close();
}

export async function dials(browser) {
  const { page, said, close } = await open(browser);
  const model = () => text(page, "#ticket-model");
  const fare = async () => number(await text(page, "#ticket-fare"));
  assert.equal(await model(), "gpt-5.4-mini");
  await choose(page, "preset-risk");
  assert.equal(await model(), "gpt-5.4");
  await choose(page, "preset-bulk");
  assert.equal(await model(), "gpt-5.4-nano");
  await choose(page, "preset-economy");
  await choose(page, "stake-critical");
  assert.equal(await model(), "gpt-5.4");
  assert.match(await text(page, "#ticket-why"), /stakes/i);
  await choose(page, "stake-normal");
  await slide(page, "failure", "41");
  assert.equal(await model(), "gpt-5.4");
  await slide(page, "failure", "0");
  assert.equal(await model(), "gpt-5.4-mini");

  await slide(page, "latency", "5");
  const refused = await text(page, "#refused");
  assert.match(refused, /gpt-5\.4:/, "a slow model is refused under a short limit");
  await picture(page, "dials");
  await slide(page, "latency", "1");
  assert.equal(await model(), "Nobody", "a limit that no model keeps");
  assert.equal(await page.locator("#refused li").count(), 3);
  assert.equal(await page.locator("#fares tr.gone").count(), 3);
  await slide(page, "latency", "0");

  const standard = await fare();
  await choose(page, "lane-batch");
  assert.ok(Math.abs((await fare()) - standard / 2) < standard * 0.01, "a batch is half the price");
  await choose(page, "lane-priority");
  assert.match(await text(page, "#refused"), /gpt-5\.4-nano/, "nano has no priority lane");
  await choose(page, "lane-standard");
  await slide(page, "cached", "100");
  assert.ok((await fare()) < standard);
  await slide(page, "cached", "0");

  const chip = page.locator("#otherwise .chip", { hasText: "per failure" });
  await chip.click();
  await quoted(page);
  assert.equal(await model(), "gpt-5.4", "a suggested change does what it says");
  await page.click('#dials button[type="reset"]');
  await quoted(page);
  assert.equal(await model(), "gpt-5.4-mini");
  await page.selectOption("#ladder", "claude");
  await quoted(page);
  assert.match(await text(page, "#fact-input"), /≈/, "Claude's tokens are not public, and the ticket says so");
  assert.deepEqual(said, []);
  await close();
}

export async function body(browser) {
  const { page, close } = await open(browser);
  const request = readFileSync(join(root, "examples/requests/code-review.json"), "utf8");
  await paste(page, request);
  await page.waitForSelector("#read:not([hidden])");
  assert.match(await text(page, "#read"), /request body, OpenAI Responses/);
  const quote = new Farebox().quote(JSON.parse(request), { policy: { namedModel: "reroute" } });
  assert.equal(number((await text(page, "#fact-input")).replace("tokens", "")), quote.estimates[0].input.tokens.expected);
  await page.click("#read button");
  await quoted(page);
  assert.match(await text(page, "#read"), /plain words/);
  await close();
}

export async function drops(browser) {
  const { page, said, close } = await open(browser);
  const before = number((await text(page, "#fact-input")).replace("tokens", ""));
  const png = await page.evaluate(() => {
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [640, 480];
    return canvas.toDataURL("image/png").split(",")[1];
  });
  await drop(page, [{ name: "map.png", type: "image/png", base64: png }]);
  await page.waitForSelector("#attachments .chip");
  await page.waitForTimeout(150);
  await quoted(page);
  const size = { width: 640, height: 480 };
  const words = await content(page);
  const picturePart = { type: "image", source: { type: "base64", mediaType: "image/png", data: "" }, size };
  const quote = new Farebox().quote({ conversation: [{ role: "user", content: [picturePart, { type: "text", text: words }] }] });
  assert.equal(number((await text(page, "#fact-input")).replace("tokens", "")), quote.estimates[0].input.tokens.expected);

  await drop(page, [{ name: "notes.txt", type: "text/plain", text: "The card was cancelled on the 5th." }]);
  await page.waitForFunction(() => document.querySelector("#prompt .cm-content").textContent.includes("on the 5th"));
  await drop(page, [{ name: "more.txt", type: "text/plain", text: "And again on the 6th." }]);
  await page.waitForFunction(() => document.querySelectorAll("#attachments .chip").length === 2);
  await page.click("#attachments .chip:last-child button");

  const tools = [{ type: "function", function: { name: "lookup", parameters: { type: "object", properties: { id: { type: "string" } } } } }];
  await drop(page, [{ name: "tools.json", type: "application/json", text: JSON.stringify(tools) }]);
  await page.waitForFunction(() => document.querySelector("#tools").value.includes("lookup"));
  await page.waitForTimeout(150);
  await quoted(page);
  assert.ok(number((await text(page, "#fact-input")).replace("tokens", "")) > before);
  await page.fill("#tools", "[{");
  await page.waitForSelector("#problem:not([hidden])");
  assert.match(await text(page, "#problem"), /tools are no JSON/);
  await page.fill("#tools", "");
  await page.waitForSelector("#problem[hidden]", { state: "attached" });
  await drop(page, [{ name: "a.bin", type: "application/octet-stream", text: "a\0b" }]);
  assert.match(await text(page, "#problem"), /neither a text in UTF-8, a picture nor a PDF/);
  assert.deepEqual(said, []);
  await close();
}

export async function cliff(browser) {
  const { page, close } = await open(browser);
  assert.match(await text(page, "#cliff-said"), /One token past 272,000, gpt-5\.4 charges .* are left/);
  await page.selectOption("#examples", "Past the long-context edge");
  await page.waitForFunction(() => document.querySelector("#cliff-said").textContent.includes("past the edge"), undefined, { timeout: 60_000 });
  assert.match(await text(page, "#notices"), /272,?000/);
  assert.match(await text(page, "#refused"), /gpt-5\.4-mini/, "a model whose window is too small is refused");
  await page.locator("#cliff").scrollIntoViewIfNeeded();
  await picture(page, "cliff");
  await close();
}

export async function savings(browser) {
  const { page, close } = await open(browser);
  const month = async () => number(await page.locator("#sums strong").first().textContent());
  const before = await month();
  await page.fill("#calls", "10000");
  const after = await month();
  assert.ok(Math.abs(after / before - 10) < 0.01, `${before} and ${after}`);
  await page.selectOption("#baseline", "gpt-5.4-mini");
  assert.equal(await month(), 0);
  await close();
}
