// What runs inside the worker of `farebox/worker`, with the kernel that counts and does not send.
import { countLong, FareboxError, load } from "./slim.js";
import type { Question, Told } from "./worker.js";

// Not awaited here: questions that come while a module waits at its top level are lost.
const loading = load();
loading.catch(() => {});

const stops = new Map<number, AbortController>();
const tell = (told: Told) => postMessage(told);

addEventListener("message", async ({ data }: MessageEvent<Question>) => {
  if ("stop" in data) {
    stops.get(data.stop)?.abort();
    return;
  }
  const { id, text, encoding } = data;
  const stop = new AbortController();
  stops.set(id, stop);
  try {
    await loading;
    const onProgress = (done: number) => tell({ id, done });
    tell({ id, tokens: await countLong(text, { encoding, signal: stop.signal, onProgress }) });
  } catch (error) {
    const failed = error instanceof FareboxError ? error : new FareboxError({ kind: "connection", message: String(error) });
    tell({ id, kind: failed.kind, message: failed.message, details: failed.details });
  } finally {
    stops.delete(id);
  }
});
