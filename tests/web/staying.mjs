// Without a network, without a vocabulary, without wasm: the page says what is, and stays alive.
import assert from "node:assert/strict";
import { serve } from "../js/serve.mjs";
import { dist, isExact, open, paste, text, typed } from "./playground.mjs";

export async function offline(browser, emulator) {
  const server = await serve(dist);
  const { page, context } = await open(browser, { server });
  await page.evaluate(async () => {
    await navigator.serviceWorker.ready;
    if (!navigator.serviceWorker.controller) {
      await new Promise((resolve) => navigator.serviceWorker.addEventListener("controllerchange", resolve, { once: true }));
    }
  });
  await server.close();
  await page.reload();
  await isExact(page);
  await paste(page, "Still counted, without a network.");
  assert.equal(await text(page, "#tokens"), "7");
  // What sends was never asked for while there was a host, and is there all the same.
  await page.fill("#base", emulator.baseUrl);
  await page.click("#go");
  await page.waitForSelector("#paid", { timeout: 30_000 });
  await page.reload();
  await isExact(page);
  await context.close();
}

export async function subfolder(browser) {
  const server = await serve(dist, { pages: {} });
  await server.close();
  // Any folder of any host: every address of the build is relative.
  const { readFileSync, readdirSync } = await import("node:fs");
  const index = readFileSync(`${dist}/index.html`, "utf8");
  assert.deepEqual([...index.matchAll(/(?:src|href)="(\/[^"]*)"/g)].map(([, path]) => path), []);
  assert.ok(readdirSync(dist).includes("sw.js"));
  void browser;
}

export async function withoutVocabulary(browser) {
  const { page, close } = await open(browser, {
    exact: false,
    serviceWorkers: "block",
    init: (page) => page.context().route(/\.vocab$/, (route) => route.fulfill({ status: 404 })),
  });
  await page.waitForFunction(() => document.querySelector("#state").textContent.includes("stay approximate"), undefined, { timeout: 30_000 });
  const isApproximate = () => document.querySelector("#fact-input").textContent.includes("≈");
  await page.waitForFunction(isApproximate);
  await paste(page, "Counted all the same, and said to be approximate.");
  await page.waitForFunction(isApproximate);
  await close();
}

export async function withoutWasm(browser) {
  const { page, close } = await open(browser, {
    exact: false,
    serviceWorkers: "block",
    headers: { "content-security-policy": "script-src 'self' 'unsafe-inline'" },
  });
  await page.waitForSelector('.lamp[data-of="broken"]');
  assert.match(await text(page, "#problem"), /wasm-unsafe-eval/);
  await page.click(typed);
  await page.keyboard.press("Control+A");
  await page.keyboard.type("still typing");
  assert.equal(await page.inputValue("#prompt textarea"), "still typing");
  await close();
}

/** Without the coloured editor the plain field stays, and is counted exactly all the same. */
export async function withoutEditor(browser) {
  const { page, close } = await open(browser, {
    serviceWorkers: "block",
    init: (page) => page.context().route(/editor-[^/]*\.js$/, (route) => route.fulfill({ status: 404 })),
  });
  await paste(page, "Still counted, without colours.");
  await page.waitForFunction(() => document.querySelector("#tokens").textContent === "6");
  await close();
}
