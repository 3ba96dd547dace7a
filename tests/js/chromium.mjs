// One headless Chromium a process, and what a page said while it ran.
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { chromium } from "playwright-core";
import { root } from "./project.mjs";

/** Starts Chromium; `executablePath` comes from the setup script, which installs one if need be. */
export async function launch() {
  const path = execFileSync(join(root, "tests/setup/browser"), {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
  });
  return chromium.launch({
    executablePath: path.trim().split("\n").at(-1),
    args: [
      "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
      "--disable-background-networking", "--disable-component-update", "--disable-sync",
    ],
  });
}

/** Opens `url` and waits until the page sets `globalThis.result`; throws what the page threw. */
export async function resultOf(browser, url, { timeout_ms = 60_000 } = {}) {
  const page = await browser.newPage();
  const said = [];
  page.on("console", (message) => said.push(`${message.type()}: ${message.text()}`));
  page.on("pageerror", (error) => said.push(`uncaught: ${error.message}`));
  page.on("requestfailed", (request) => said.push(`failed: ${request.url()} ${request.failure()?.errorText}`));
  try {
    await page.goto(url);
    await page.waitForFunction(() => "result" in globalThis, undefined, { timeout: timeout_ms });
    const result = await page.evaluate(() => globalThis.result);
    if (result?.error) throw new Error(`${url}: ${result.error}`);
    return result;
  } catch (error) {
    throw new Error(`${error.message}\n${said.join("\n")}`);
  } finally {
    await page.close();
  }
}
