// One HTTP exchange over the host's `fetch`, as what the kernel is told of it.
import { FareboxError } from "./error.js";
import type { AttemptId, HttpRequest } from "./kernel.js";

/** What came of an exchange; headers stand one a line, as `name: value`. */
export type Arrival =
  | { type: "head"; attempt: AttemptId; status: number; headers: string }
  | { type: "bytes"; attempt: AttemptId; bytes: Uint8Array }
  | { type: "end"; attempt: AttemptId }
  | { type: "lost"; attempt: AttemptId; message: string; unsent: boolean };

/** Failures before a byte was sent, by the names Node, Deno and Bun give them. */
const unsentCodes = new Set([
  "ConnectionRefused",
  "EAI_AGAIN",
  "ECONNREFUSED",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENOTFOUND",
  "FailedToOpenSocket",
  "UND_ERR_CONNECT_TIMEOUT",
]);

/** An attempt under way; `next` answers with its arrivals in order, the same promise until it is taken. */
export class Exchange {
  readonly #attempt: AttemptId;
  readonly #controller = new AbortController();
  readonly #response: Promise<Response>;
  #reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
  #waiting: Promise<Arrival> | undefined;
  #started = false;

  constructor(
    attempt: AttemptId,
    request: HttpRequest,
    secretHeaders: () => Promise<[string, string][]>,
    fetch: typeof globalThis.fetch,
  ) {
    this.#attempt = attempt;
    this.#response = (async () =>
      fetch(request.url, {
        method: request.method,
        headers: [...request.headers, ...(await secretHeaders())],
        body: JSON.stringify(request.body),
        signal: this.#controller.signal,
        // A key must not travel to where an answer points.
        redirect: "manual",
      }))();
    // The failure is reported when somebody waits for it; until then it is nobody's.
    this.#response.catch(() => {});
  }

  next(): Promise<Arrival> {
    this.#waiting ??= this.#arrival();
    return this.#waiting;
  }

  taken(): void {
    this.#waiting = undefined;
  }

  close(): void {
    this.#controller.abort();
  }

  /**
   * Lets go of an exchange that has said all: its body most often ends within the same packet, and a
   * connection whose body was read to its end serves the next call.
   */
  async drain(): Promise<void> {
    if (!this.#reader) return this.close();
    const timer = setTimeout(() => this.close(), DRAIN_MS);
    try {
      let bytes = 0;
      for (;;) {
        const { done, value } = await this.#reader.read();
        if (done) return;
        bytes += value.length;
        if (bytes > DRAIN_BYTES) return this.close();
      }
    } catch {
      // What comes after the end is nobody's.
    } finally {
      clearTimeout(timer);
    }
  }

  async #arrival(): Promise<Arrival> {
    const attempt = this.#attempt;
    try {
      if (!this.#started) {
        const response = await this.#response;
        this.#started = true;
        this.#reader = response.body?.getReader();
        const headers = [...response.headers].map(([name, value]) => `${name}: ${value}\n`).join("");
        // A page is not told where to, nor by which status.
        const status = response.type === "opaqueredirect" ? 307 : response.status;
        return { type: "head", attempt, status, headers };
      }
      const chunk = await this.#reader?.read();
      if (!chunk || chunk.done) return { type: "end", attempt };
      return { type: "bytes", attempt, bytes: chunk.value };
    } catch (error) {
      // An error of this package's own, such as a missing key, is no fact about the network.
      if (error instanceof FareboxError) throw error;
      return { type: "lost", attempt, message: describe(error), unsent: !this.#started && wasUnsent(error) };
    }
  }
}

function wasUnsent(error: unknown): boolean {
  const { code, cause } = (error ?? {}) as { code?: unknown; cause?: { code?: unknown } };
  return unsentCodes.has(String(cause?.code ?? code));
}

// A failed `fetch` says "fetch failed" and keeps the reason in its cause.
function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause instanceof Error ? error.cause.message : undefined;
  return cause ? `${error.message}: ${cause}` : error.message;
}

/**
 * How long and how much an exchange may still say after its end before its connection is given up; a
 * process that has nothing else to do lives that much longer.
 */
const DRAIN_MS = 200;
const DRAIN_BYTES = 64 << 10;
