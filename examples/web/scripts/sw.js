// VERSION and FILES are written above by the build.
const CACHE = `farebox-${VERSION}`;

addEventListener("install", (event) => {
  event.waitUntil(
    (async () => {
      const cache = await caches.open(CACHE);
      // Files with a hash in their name come from the browser's own cache where they are there already.
      await cache.addAll(FILES.map((file) => new Request(file, { cache: file.startsWith("assets/") ? "default" : "reload" })));
      await skipWaiting();
    })(),
  );
});

addEventListener("activate", (event) => {
  event.waitUntil(
    (async () => {
      for (const name of await caches.keys()) if (name.startsWith("farebox-") && name !== CACHE) await caches.delete(name);
      await clients.claim();
    })(),
  );
});

addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  // Requests to providers and to the emulator are none of this worker's business.
  if (request.method !== "GET" || url.origin !== location.origin || url.pathname.endsWith("/emulator.json")) return;
  event.respondWith(
    (async () => {
      const cache = await caches.open(CACHE);
      const kept = await cache.match(request, { ignoreSearch: request.mode === "navigate" });
      if (kept) return kept;
      const response = await fetch(request);
      if (response.ok && url.pathname.includes("/assets/")) event.waitUntil(cache.put(request, response.clone()));
      return response;
    })(),
  );
});
