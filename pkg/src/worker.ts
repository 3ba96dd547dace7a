// `farebox/worker`: long counts off the main thread, where there are web workers.
import type { Encoding } from "./kernel.js";
import type { LongCountOptions } from "./long.js";
import { FareboxError } from "./slim.js";

/** What a worker is asked; `stop` names an earlier question. */
export type Question = { id: number; text: string; encoding: Encoding } | { stop: number };

/** What it answers, any number of times with progress and once with the end. */
export type Told = { id: number } & (
  | { done: number }
  | { tokens: number }
  | { kind: FareboxError["kind"]; message: string; details: FareboxError["details"] }
);

interface Waiting {
  resolve(tokens: number): void;
  reject(error: FareboxError): void;
  onProgress?: LongCountOptions["onProgress"];
}

let worker: Worker | undefined;
let asked = 0;
const waiting = new Map<number, Waiting>();

/** How many tokens a long text is, counted by a worker that all calls share. */
export function countLong(text: string, options: LongCountOptions = {}): Promise<number> {
  const { encoding = "o200k_base", signal, onProgress } = options;
  const stopped = () =>
    new FareboxError({ kind: "cancelled", message: "the count was stopped by its caller" }, { cause: signal?.reason });
  if (signal?.aborted) return Promise.reject(stopped());
  const counter = (worker ??= start());
  const id = (asked += 1);
  return new Promise<number>((resolve, reject) => {
    waiting.set(id, { resolve, reject, onProgress });
    signal?.addEventListener("abort", () => {
      counter.postMessage({ stop: id } satisfies Question);
      reject(stopped());
    });
    counter.postMessage({ id, text, encoding } satisfies Question);
  }).finally(() => waiting.delete(id));
}

/** Ends the worker; the next count starts another. */
export function stop(): void {
  worker?.terminate();
  worker = undefined;
  fail("the worker was stopped");
}

function start(): Worker {
  const counter = new Worker(new URL("./worker-thread.js", import.meta.url), { type: "module" });
  counter.onmessage = ({ data }: MessageEvent<Told>) => {
    const call = waiting.get(data.id);
    if ("done" in data) call?.onProgress?.(data.done);
    else if ("tokens" in data) call?.resolve(data.tokens);
    else call?.reject(new FareboxError(data));
  };
  counter.onerror = ({ message }) => {
    worker = undefined;
    fail(message || "its script could not be loaded");
  };
  return counter;
}

function fail(why: string): void {
  for (const { reject } of waiting.values()) {
    reject(new FareboxError({ kind: "connection", message: `the worker did not answer: ${why}` }));
  }
}
