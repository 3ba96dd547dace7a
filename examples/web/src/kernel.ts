// The page's side of the worker: questions with answers, and what the worker says by itself.
import { FareboxProblem } from "./problem";
import type { FromWorker, ToWorker } from "./messages";

type Question = Extract<ToWorker, { id: number }>;
type WithoutId<T> = T extends unknown ? Omit<T, "id"> : never;
type Listener = { [Type in FromWorker["type"]]?: (message: Extract<FromWorker, { type: Type }>) => void };

interface Waiting {
  resolve(value: unknown): void;
  reject(error: unknown): void;
  onEvent: ((message: FromWorker) => void) | undefined;
}

export class KernelWorker {
  readonly #worker = new Worker(new URL("./worker/main.ts", import.meta.url), { type: "module", name: "farebox" });
  readonly #waiting = new Map<number, Waiting>();
  readonly #listeners: Listener[] = [];
  #last = 0;

  constructor() {
    this.#worker.addEventListener("message", ({ data }: MessageEvent<FromWorker>) => this.#take(data));
    this.#worker.addEventListener("error", ({ message }) =>
      this.#tell({ type: "broken", message: message || "the worker with the kernel could not be started: a Content-Security-Policy must allow it, worker-src 'self'" }),
    );
  }

  on(listener: Listener): void {
    this.#listeners.push(listener);
  }

  tell(message: Exclude<ToWorker, { type: "quote" | "audit" | "send" }>): void {
    this.#worker.postMessage(message);
  }

  /** Asks and waits; `onEvent` hears what comes before the answer. */
  ask<T>(
    question: WithoutId<Question>,
    { onEvent, signal }: { onEvent?: (message: FromWorker) => void; signal?: AbortSignal } = {},
  ): Promise<T> {
    const id = ++this.#last;
    signal?.addEventListener("abort", () => this.tell({ type: "stop", id }));
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve: resolve as (value: unknown) => void, reject, onEvent });
      this.#worker.postMessage({ ...question, id });
    });
  }

  #take(message: FromWorker): void {
    if (!("id" in message)) return this.#tell(message);
    const waiting = this.#waiting.get(message.id);
    if (message.type === "done" || message.type === "failed") this.#waiting.delete(message.id);
    if (message.type === "done") waiting?.resolve(message.value);
    else if (message.type === "failed") waiting?.reject(new FareboxProblem(message.error));
    else waiting?.onEvent?.(message);
  }

  #tell(message: FromWorker): void {
    for (const listener of this.#listeners) (listener[message.type] as ((of: FromWorker) => void) | undefined)?.(message);
  }
}
