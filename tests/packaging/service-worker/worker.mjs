// A service worker may not wait at its top level, so it loads the kernel while it is installed; the
// files it needs later lie in its cache, for a worker that was stopped begins anew.
import * as farebox from "/node_modules/farebox/dist/manual.js";
import { check } from "/check.mjs";

const dist = "/node_modules/farebox/dist";
const files = [`${dist}/kernel.wasm`, `${dist}/vocab/o200k_base.vocab`];

async function ready() {
  const cache = await caches.open("farebox");
  const [kernel, vocabulary] = await Promise.all(files.map((path) => cache.match(path)));
  await farebox.load(kernel);
  await farebox.loadVocabulary("o200k_base", vocabulary);
}

addEventListener("install", (event) => {
  event.waitUntil(caches.open("farebox").then((cache) => cache.addAll(files)));
});

addEventListener("message", (event) => {
  const seen = ready().then(() => check(farebox, event.data));
  event.waitUntil(
    seen.catch((error) => ({ error: String(error?.stack ?? error) })).then((result) => event.source.postMessage(result)),
  );
});
