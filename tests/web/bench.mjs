// How long an edit takes in a text of 200 kB: until its colours stand in the page, and until they are on screen.
// Other builds of the page are measured beside this one: `node tests/web/bench.mjs [folder…]`.
import { launch } from "../js/chromium.mjs";
import { serve } from "../js/serve.mjs";
import { dist, open, quoted } from "./playground.mjs";

const edits = Number(process.env.FAREBOX_EDITS ?? 120);
const gap_ms = Number(process.env.FAREBOX_GAP_MS ?? 60);
const texts = { "a short prompt": "A support ticket", "200 kB in lines": "200 kB of a log file", "200 kB in one line": undefined };

const browser = await launch();
const folders = [dist, ...process.argv.slice(2)];
// Turn by turn, so that what else the machine does meets all of them.
for (const name of Object.keys(texts)) for (const folder of folders) await measure(folder, name);
await browser.close();

async function measure(folder, name) {
  const server = await serve(folder);
  const { page, close } = await open(browser, { server, serviceWorkers: "block" });
  // Time the page's own thread worked, which other programs on the machine lengthen less.
  const devtools = await page.context().newCDPSession(page);
  await devtools.send("Performance.enable", { timeDomain: "threadTicks" });
  const worked = async () => {
    const { metrics } = await devtools.send("Performance.getMetrics");
    return Object.fromEntries(metrics.map(({ name, value }) => [name, value * 1000]));
  };
  if (texts[name]) await page.selectOption("#examples", texts[name]);
  else {
    await page.evaluate(() => {
      const data = new DataTransfer();
      data.setData("text/plain", "the fare is known before the journey, ".repeat(5300));
      const target = document.querySelector("#prompt .cm-content");
      target.focus();
      document.execCommand("selectAll");
      target.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
    });
  }
  await page.waitForTimeout(1500);
  await quoted(page);
  await page.keyboard.press("x");
  await page.waitForTimeout(300);
  await page.evaluate(() => performance.clearMeasures());
  const before = await worked();
  const lines = page.locator(".cm-line");
  for (let edit = 0; edit < edits; edit += 1) {
    if (edit % 20 === 0) await lines.nth(Math.min(edit / 20, (await lines.count()) - 1)).click({ position: { x: 200, y: 10 } });
    await page.keyboard.press("abc def\b ghi".charAt(edit % 12) === "\b" ? "Backspace" : "x");
    await page.waitForTimeout(gap_ms);
  }
  await page.waitForTimeout(300);
  const after = await worked();
  const each = (name) => ((after[name] - before[name]) / edits).toFixed(2);
  const of = folders.length > 1 ? `${folder}: ${name}` : name;
  console.log(
    `${of}: the page's thread worked ${each("TaskDuration")} ms an edit, quotes and their drawing included: ` +
      `script ${each("ScriptDuration")}, style ${each("RecalcStyleDuration")}, layout ${each("LayoutDuration")}`,
  );
  const times = await page.evaluate(() => {
    const all = (name) => performance.getEntriesByName(name).map(({ duration }) => duration);
    const worker = performance.getEntriesByName("farebox:colours").map(({ detail }) => detail.workerMs);
    return { "kept the page busy": all("farebox:busy"), "colours in the page": all("farebox:colours"), "next frame shown": all("farebox:frame"), "counted by the worker": worker };
  });
  for (const [what, list] of Object.entries(times)) {
    const sorted = list.toSorted((a, b) => a - b);
    const at = (share) => (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN).toFixed(2);
    console.log(`${of}: ${what}: p50 ${at(0.5)} ms, p95 ${at(0.95)} ms, most ${at(1)} ms (${sorted.length} edits)`);
  }
  await close();
  await server.close();
}
