// Works without a network after the first visit: a service worker keeps every file of the page.

/** To be called when the page has all it needs: what is kept then comes from the browser's cache. */
export function startOffline(): void {
  if (!import.meta.env.PROD || !("serviceWorker" in navigator)) return;
  navigator.serviceWorker.register("./sw.js").catch((error: unknown) => console.warn("offline use is not possible:", error));
}
