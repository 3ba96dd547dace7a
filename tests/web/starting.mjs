// `npm start`: the page and the emulator, as whoever tries the playground has them.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { count } from "../../pkg/dist/node.js";
import { part, sent } from "../../examples/web/scripts/sizes.mjs";
import { root } from "../js/project.mjs";
import { isExact, open, paste, text, typed } from "./playground.mjs";

/** What a browser really fetches before the vocabulary is only what the budget counts. */
export async function weight(browser) {
  const asked = [];
  const { page, close } = await open(browser, {
    exact: false,
    serviceWorkers: "block",
    init: (page) => page.on("request", (request) => asked.push(new URL(request.url()).pathname.slice(1) || "index.html")),
  });
  await isExact(page);
  const before = asked.slice(0, asked.findIndex((name) => name.endsWith(".vocab")));
  const bytes = { page: 0, kernel: 0 };
  for (const name of before) {
    // Where an emulator is: a few bytes that no static host has.
    if (name === "emulator.json") continue;
    assert.ok(part(name) in bytes, `${name} is fetched before the vocabulary`);
    bytes[part(name)] += sent(name);
  }
  assert.equal(new Set(asked).size, asked.length, `nothing is fetched twice: ${asked}`);
  assert.ok(bytes.page > 0 && bytes.kernel > 0, String(before));
  await close();
  return `${bytes.page} bytes and a kernel of ${bytes.kernel} before the vocabulary`;
}

/** Words typed before there is a vocabulary stay, with the caret, when the field gives way to the editor. */
export async function early(browser) {
  let release;
  const held = new Promise((resolve) => (release = resolve));
  const { page, said, close } = await open(browser, {
    exact: false,
    serviceWorkers: "block",
    init: (page) => page.context().route(/\.vocab$/, async (route) => (await held, route.continue())),
  });
  await page.waitForSelector('.lamp[data-of="approximate"]');
  await page.click(typed);
  await page.keyboard.press("Control+A");
  await page.keyboard.type("naïve words 🚋 typed too soon");
  for (let press = 0; press < 5; press += 1) await page.keyboard.press("ArrowLeft");
  release();
  await isExact(page);
  await page.keyboard.type(" far too");
  await page.waitForTimeout(100);
  const whole = "naïve words 🚋 typed too far too soon";
  assert.equal(await page.textContent("#prompt .cm-content"), whole);
  assert.equal(await text(page, "#tokens"), String(count(whole)));
  assert.deepEqual(said, []);
  await close();
}

export async function start(browser) {
  const child = spawn("npm", ["start", "--silent", "--prefix", join(root, "examples/web"), "--", "--port", "0"], {
    // npm starts a shell, which starts the server: they end together.
    detached: true,
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = once(child, "exit");
  try {
    const { playground, emulator } = await addresses(child.stdout);
    const { page, said, close } = await open(browser, { server: { origin: playground.replace(/\/$/, "") } });
    await paste(page, "Say in one sentence what a fare is.");
    assert.equal(await page.inputValue("#base"), emulator);
    await page.click("#go");
    await page.waitForSelector("#paid", { timeout: 60_000 });
    assert.ok((await text(page, "#answer")).length > 20);
    assert.deepEqual(said, []);
    await close();
  } finally {
    process.kill(-child.pid, "SIGTERM");
    await ended;
  }
}

async function addresses(output) {
  const found = {};
  for await (const line of createInterface({ input: output })) {
    const [, name, address] = /^(playground|emulator): +(http\S+)$/.exec(line) ?? [];
    if (name) found[name] = address;
    if (found.playground && found.emulator) return found;
    if (line.startsWith("no emulator")) break;
  }
  throw new Error(`npm start ended or has no emulator; it named ${JSON.stringify(found)}`);
}
