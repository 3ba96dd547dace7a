// Works without a network after the first visit: a service worker keeps every file of the page.

export function startOffline(): void {
  if (!import.meta.env.PROD || !("serviceWorker" in navigator)) return;
  addEventListener("load", () => {
    navigator.serviceWorker.register("./sw.js").catch((error: unknown) => console.warn("offline use is not possible:", error));
  });
}
