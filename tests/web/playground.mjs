// The playground as a visitor meets it: built, served from a plain host, opened in a fresh browser profile.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { root } from "../js/project.mjs";
import { serve } from "../js/serve.mjs";

export const dist = join(root, "examples/web/dist");
const pictures = join(root, "target/web");
mkdirSync(pictures, { recursive: true });

/** Opens the page in a profile of its own; `page.said` is what it complained of. */
export async function open(browser, { path = "/", server, headers, exact = true, init, ...options } = {}) {
  const own = server ?? (await serve(dist, { headers }));
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...options });
  await context.grantPermissions(["clipboard-read", "clipboard-write"], { origin: own.origin });
  const page = await context.newPage();
  const said = [];
  page.on("console", (message) => message.type() === "error" && said.push(message.text()));
  page.on("pageerror", (error) => said.push(`uncaught: ${error.message}`));
  if (init) await init(page, context);
  await page.goto(own.origin + path);
  if (exact) await isExact(page);
  return {
    page,
    context,
    said,
    origin: own.origin,
    server: own,
    async close() {
      await context.close();
      if (!server) await own.close();
    },
  };
}

export async function isExact(page) {
  await page.waitForSelector('.lamp[data-of="exact"]', { timeout: 60_000 });
  await quoted(page);
}

/** Waits until the newest quote is shown. */
export async function quoted(page) {
  await page.waitForSelector('#ticket[aria-busy="false"]');
}

export async function text(page, selector) {
  return (await page.textContent(selector))?.replaceAll(/\s+/g, " ").trim();
}

/** Where one types: a plain field until the vocabulary is there, then the editor with colours. */
export const typed = "#prompt :is(textarea, .cm-content)";

/** Puts a text in the place of what the prompt holds, as a paste does. */
export async function paste(page, words) {
  if (await page.isVisible("#prompt textarea")) {
    await page.fill("#prompt textarea", words);
    return quoted(page);
  }
  await page.click("#prompt .cm-content");
  await page.keyboard.press("Control+A");
  await page.evaluate((words) => {
    const data = new DataTransfer();
    data.setData("text/plain", words);
    const target = document.querySelector("#prompt .cm-content");
    target.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
  }, words);
  await quoted(page);
}

/** Drops files, `[{ name, type, text | base64 }]`, on the page. */
export async function drop(page, files) {
  await page.evaluate((files) => {
    const data = new DataTransfer();
    for (const { name, type, text, base64 } of files) {
      const bytes = base64 ? Uint8Array.from(atob(base64), (char) => char.charCodeAt(0)) : text;
      data.items.add(new File([bytes], name, { type }));
    }
    document.body.dispatchEvent(new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true }));
  }, files);
  await page.waitForTimeout(50);
  await quoted(page);
}

/** Keeps a picture for the eye; nothing is compared with it. */
export async function picture(page, name, options = {}) {
  await page.screenshot({ path: join(pictures, `${name}.png`), ...options });
}

export async function slide(page, id, value) {
  await page.locator(`#${id}`).evaluate((input, value) => {
    input.value = value;
    input.dispatchEvent(new Event("input", { bubbles: true }));
  }, value);
  await quoted(page);
}

export async function choose(page, id) {
  await page.click(`label[for="${id}"]`);
  await quoted(page);
}
