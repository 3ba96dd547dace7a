// Send, receipt, audit, and where a key may and may not be.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { part } from "../../examples/web/scripts/sizes.mjs";
import { dist, drop, open, paste, picture, quoted, text } from "./playground.mjs";

const number = (words) => Number(words.replaceAll(/[^\d.]/g, ""));

export async function send(browser, emulator) {
  const { page, said, close } = await open(browser);
  await paste(page, "Say in one sentence what a fare is.");
  await page.fill("#base", emulator.baseUrl);
  const control = emulator.baseUrl.replace(/\/v1$/, "/_emulator");
  await fetch(`${control}/reset`, { method: "POST" });
  await page.click("#go");
  await page.waitForSelector("#paid", { timeout: 30_000 });
  assert.ok((await text(page, "#answer")).length > 20);
  const totals = await (await fetch(`${control}/totals`)).json();
  const paid = number(await text(page, "#paid"));
  const billed = Number(totals.cost_usd);
  assert.ok(Math.abs(paid - billed) <= billed * 0.006, `the receipt says ${paid}, the emulator charged ${billed}`);
  assert.match(await text(page, "#receipt"), /Prompt counted\s*exactly as billed/);
  assert.match(await text(page, "#receipt"), /The bill is inside/);
  assert.deepEqual(said, []);
  await page.locator("#send").scrollIntoViewIfNeeded();
  await page.waitForTimeout(700);
  await picture(page, "send");
  await close();
}

/** What sends is fetched when something is sent, and not before; whoever waits for it is told. */
export async function sender(browser, emulator) {
  const asked = [];
  let release;
  const held = new Promise((resolve) => (release = resolve));
  const { page, said, close } = await open(browser, {
    serviceWorkers: "block",
    init: (page) =>
      page.context().route(/./, async (route) => {
        const name = new URL(route.request().url()).pathname.slice(1);
        if (part(name) === "sender") {
          asked.push(name);
          await held;
        }
        await route.continue();
      }),
  });
  await paste(page, "Say in one sentence what a fare is.");
  assert.deepEqual(asked, []);
  await page.fill("#base", emulator.baseUrl);
  await page.click("#go");
  await page.waitForFunction(() => document.querySelector("#answer").textContent.includes("Fetching what sends"));
  release();
  await page.waitForSelector("#paid", { timeout: 30_000 });
  assert.doesNotMatch(await text(page, "#answer"), /Fetching/);
  assert.match(await text(page, "#receipt"), /Prompt counted\s*exactly as billed/);
  const once = asked.length;
  assert.ok(once >= 2, String(asked));
  await page.click("#go");
  await page.waitForFunction(() => document.querySelector("#answer").getAttribute("aria-busy") === "false");
  assert.equal(asked.length, once);
  assert.deepEqual(said, []);
  await close();
}

/** Without what sends the page says so, and counts on. */
export async function withoutSender(browser, emulator) {
  const { page, close } = await open(browser, {
    serviceWorkers: "block",
    init: (page) => page.context().route(/kernel-[^/]*\.wasm$/, (route) => route.fulfill({ status: 404 })),
  });
  await page.fill("#base", emulator.baseUrl);
  await page.click("#go");
  await page.waitForSelector("#answer .problem");
  assert.match(await text(page, "#answer"), /What sends could not be fetched, reload the page/i);
  await paste(page, "Still counted, without a sender.");
  assert.equal(await text(page, "#tokens"), "7");
  await close();
}

export async function secrets(browser, emulator) {
  const { page, context, origin, close } = await open(browser);
  await paste(page, "Words that are nobody's business.");
  await page.click('label[for="to-provider"]');
  await page.fill("#base", emulator.baseUrl);
  await page.fill("#key", "sk-visitors-own-0123456789");
  await page.click("#go");
  await page.waitForSelector("#paid", { timeout: 30_000 });
  const kept = await page.evaluate(async () => {
    const found = [location.href, document.cookie, JSON.stringify(localStorage), JSON.stringify(sessionStorage)];
    for (const { name } of await indexedDB.databases()) found.push(name);
    for (const name of await caches.keys()) {
      for (const request of await (await caches.open(name)).keys()) found.push(request.url);
    }
    return found.join("\n");
  });
  assert.doesNotMatch(kept, /visitors-own|nobody/);
  await page.click("#share");
  const link = await page.evaluate(() => navigator.clipboard.readText());
  assert.doesNotMatch(link, /visitors-own|nobody|127\.0\.0\.1:\d+\/v1/);
  await page.reload();
  assert.equal(await page.inputValue("#key"), "");
  await context.close();
  void origin;
  await close();
}

/** A link restores the dials; whatever else a stranger puts into one is left aside. */
export async function share(browser) {
  const { page, server, close } = await open(browser, { path: "/#?preset=risk&failure=2.5&ladder=gpt-5.6&calls=50000&cached=40" });
  assert.equal(await text(page, "#ticket-model"), "gpt-5.6-sol");
  assert.equal(await text(page, "#failure-said"), "$2.50");
  assert.equal(await page.inputValue("#calls"), "50000");
  await page.click("#share");
  const link = await page.evaluate(() => navigator.clipboard.readText());
  const hostile = "#?preset=__proto__&failure=-1&cached=900&base=https://evil.example&key=x&ladder=%3Cimg%20src=x%3E&calls=NaN";
  const copy = await open(browser, { server, path: link.slice(link.indexOf("/#")) });
  assert.equal(await text(copy.page, "#failure-said"), "$2.50");
  await copy.close();
  const odd = await open(browser, { server, path: `/${hostile}` });
  assert.equal(await text(odd.page, "#ticket-model"), "gpt-5.4-mini");
  assert.doesNotMatch(await odd.page.inputValue("#base"), /evil/);
  assert.deepEqual(odd.said, []);
  await odd.close();
  await close();
}

export async function audit(browser) {
  const { page, said, close } = await open(browser);
  const log = readFileSync(join(dist, "sample-log.jsonl"), "utf8");
  const rows = log.trim().split("\n").length;
  await page.click("#audit-sample");
  await page.waitForSelector("#audit-out .sums");
  const figures = await page.$$eval("#audit-out .sums strong", (all) => all.map(({ textContent }) => textContent));
  assert.equal(number(figures[0]), rows);
  assert.ok(number(figures[1]) > 0);
  assert.equal(figures[3], "100 %", "the emulator bills what the kernel counts");
  assert.equal(await page.locator("#scatter .point").count(), rows);
  assert.ok((await page.locator("#audit-out .twin tbody tr").count()) >= 3);
  await page.locator("#audit").scrollIntoViewIfNeeded();
  await picture(page, "audit");

  await drop(page, [{ name: "log.jsonl", type: "", text: `${log.split("\n")[0]}\n{"request": 7}\nno json\n` }]);
  await page.waitForFunction(() => document.querySelector("#audit-out")?.textContent.includes("2 lines skipped"));
  assert.match(await text(page, "#audit-out details"), /line 2: .*line 3: /);
  await quoted(page);
  assert.deepEqual(said, []);
  await close();
}
