// `npm start`: the page and the emulator, as whoever tries the playground has them.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { root } from "../js/project.mjs";
import { open, paste, text } from "./playground.mjs";

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
