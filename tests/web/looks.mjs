// Readable by everybody, in light and dark, on a phone, and still while it loads.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { choose, open, paste, picture, quoted, text } from "./playground.mjs";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

async function violations(page) {
  await page.waitForTimeout(600);
  await page.evaluate(axe);
  return page.evaluate(async () => {
    const { violations } = await globalThis.axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] });
    return violations.flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) => `${id}: ${target.join(" ")}: ${failureSummary}`));
  });
}

export async function accessible(browser, emulator) {
  for (const [name, options] of Object.entries({
    light: { colorScheme: "light" },
    dark: { colorScheme: "dark" },
    phone: { colorScheme: "light", viewport: { width: 390, height: 844 }, hasTouch: true },
  })) {
    const { page, close } = await open(browser, options);
    await page.evaluate(() => document.querySelectorAll("details").forEach((details) => (details.open = true)));
    await choose(page, "lane-priority");
    await page.click("#audit-sample");
    await page.waitForSelector("#audit-out .sums");
    await page.fill("#base", emulator.baseUrl);
    await page.click("#go");
    await page.waitForSelector("#paid", { timeout: 30_000 });
    await page.evaluate(() => scrollTo(0, 0));
    assert.deepEqual(await violations(page), [], name);
    await picture(page, `whole-${name}`, { fullPage: true });
    await close();
  }
}

export async function dark(browser) {
  const { page, close } = await open(browser, { colorScheme: "dark" });
  const paper = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  assert.equal(await paper(), "rgb(18, 20, 25)");
  await picture(page, "dark");
  await page.click("#theme");
  assert.equal(await paper(), "rgb(244, 242, 237)");
  assert.equal(await page.getAttribute("#theme", "aria-label"), "Use dark colours");
  await page.reload();
  assert.equal(await paper(), "rgb(244, 242, 237)", "the choice is kept");
  await page.click("#theme");
  assert.equal(await paper(), "rgb(18, 20, 25)");
  await close();
  const light = await open(browser, { colorScheme: "light" });
  await picture(light.page, "light");
  await light.close();
}

export async function phone(browser) {
  for (const width of [320, 390]) {
    const { page, close } = await open(browser, { viewport: { width, height: 740 }, hasTouch: true, isMobile: true });
    await page.click("#audit-sample");
    await page.waitForSelector("#audit-out .sums");
    const wide = await page.evaluate(() => {
      const over = [...document.querySelectorAll("body *")].filter((element) => {
        const { right, width } = element.getBoundingClientRect();
        return width > 0 && right > innerWidth + 1 && !element.closest(".unseen, .fares thead, .cm-scroller, .skip");
      });
      return [document.documentElement.scrollWidth - innerWidth, ...over.slice(0, 5).map((element) => `${element.tagName}.${element.className}#${element.id}`)];
    });
    assert.deepEqual(wide, [0], `at ${width} pixels`);
    await page.evaluate(() => scrollTo(0, 0));
    await picture(page, `phone-${width}`);
    assert.ok(await page.isVisible("#pocket"));
    await close();
  }
}

export async function keyboard(browser) {
  const { page, close } = await open(browser);
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement.textContent), "Skip to the prompt");
  await page.focus("#preset-economy");
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowRight");
  await quoted(page);
  assert.equal(await text(page, "#ticket-model"), "gpt-5.4");
  assert.match(await text(page, "#spoken"), /gpt-5\.4 is chosen/, "a change is said aloud");
  await page.focus("#failure");
  await page.keyboard.press("ArrowRight");
  assert.match(await page.getAttribute("#failure", "aria-valuetext"), /^\$/);
  // Keys whose reach is longer than what is drawn.
  await page.selectOption("#examples", "200 kB of a log file");
  await page.focus("#prompt .cm-content");
  await page.keyboard.press("Control+End");
  await page.keyboard.type(" the end");
  await page.waitForTimeout(100);
  assert.match(await page.locator("#prompt .cm-line").last().textContent(), / the end$/);
  await page.keyboard.press("PageUp");
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("Control+Shift+Home");
  await page.keyboard.press("Backspace");
  await quoted(page);
  const left = Number((await text(page, "#chars")).replaceAll(/\D/g, ""));
  assert.ok(left > 100 && left < 5000, `a page is left of the text, not ${left} characters`);
  await page.keyboard.press("Control+Z");
  await page.waitForTimeout(100);
  assert.equal(await text(page, "#chars"), "200,008 characters");
  // The editor does not hold the keyboard captive.
  await page.focus("#prompt .cm-content");
  await page.keyboard.press("Tab");
  assert.notEqual(await page.evaluate(() => document.activeElement.className), "cm-content");
  await close();
}

/** How far things moved by themselves, as browsers score it; a tenth is called good. */
export async function still(browser) {
  const scores = [];
  for (const viewport of [{ width: 1440, height: 900 }, { width: 390, height: 844 }]) {
    const { page, close } = await open(browser, {
      viewport,
      init: (page) =>
        page.addInitScript(() => {
          globalThis.shifts = [];
          new PerformanceObserver((list) => {
            for (const { value, hadRecentInput, sources } of list.getEntries()) {
              if (!hadRecentInput) shifts.push([value, sources.map(({ node }) => node?.id || node?.className || node?.nodeName)]);
            }
          }).observe({ type: "layout-shift", buffered: true });
        }),
    });
    await paste(page, "A fare that does not move. ".repeat(40));
    await page.waitForTimeout(900);
    const shifts = await page.evaluate(() => shifts);
    const score = shifts.reduce((sum, [value]) => sum + value, 0);
    scores.push(score.toFixed(4));
    assert.ok(score < 0.01, `${score} at ${viewport.width}: ${JSON.stringify(shifts)}`);
    await close();
  }
  return `layout shift ${scores.join(" and ")}`;
}
