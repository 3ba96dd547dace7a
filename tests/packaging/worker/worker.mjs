// Workers know no import map, so the package is named by its path.
import * as farebox from "/node_modules/farebox/dist/browser.js";
import { check } from "/check.mjs";

try {
  postMessage(await check(farebox, new URLSearchParams(location.search).get("emulator")));
} catch (error) {
  postMessage({ error: String(error?.stack ?? error) });
}
