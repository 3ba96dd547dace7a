// `node tests/web/run.mjs [check…]`: every check opens the page anew and says what differs.
import { launch } from "../js/chromium.mjs";
import { emulate } from "../js/emulator.mjs";
import * as enduring from "./enduring.mjs";
import * as looks from "./looks.mjs";
import * as quoting from "./quoting.mjs";
import * as sending from "./sending.mjs";
import * as starting from "./starting.mjs";
import * as staying from "./staying.mjs";

const checks = { ...quoting, ...sending, ...looks, ...starting, ...staying, ...enduring };
const wanted = process.argv.slice(2);
const chosen = Object.entries(checks).filter(([name]) => wanted.length === 0 || wanted.includes(name));
for (const name of wanted) if (!(name in checks)) throw new Error(`no check \`${name}\`, there are ${Object.keys(checks).join(", ")}`);

const browser = await launch();
const emulator = chosen.some(([, check]) => check.length > 1) ? await emulate({ prompt_cache: true }) : undefined;
let failed = 0;
for (const [name, check] of chosen) {
  const started = performance.now();
  try {
    const said = await check(browser, emulator);
    console.log(`web: ${name} ok, ${Math.round(performance.now() - started)} ms${said ? `, ${said}` : ""}`);
  } catch (error) {
    failed += 1;
    console.error(`web: ${name} FAILED: ${error.stack ?? error}`);
  }
}
await browser.close();
await emulator?.close();
console.log(`web: ${chosen.length - failed} of ${chosen.length} checks passed; pictures in target/web`);
// A check that failed may have left its server listening.
process.exit(failed > 0 ? 1 : 0);
