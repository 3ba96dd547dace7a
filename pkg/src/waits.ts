// Waiting for a thing or a moment, whichever comes first.

/** Waits one after another, with one timer for all of them: most end before it rings. */
export class Waits {
  readonly #now: () => number;
  readonly #signal: AbortSignal | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #rings = Infinity;
  #until = Infinity;
  #wake: (() => void) | undefined;
  readonly #stop = () => this.#wake?.();

  constructor(now: () => number, signal: AbortSignal | undefined) {
    this.#now = now;
    this.#signal = signal;
    signal?.addEventListener("abort", this.#stop);
  }

  /** The first of a thing, a moment, and the caller's wish to stop; nothing for the last two. */
  first<T>(awaited: Promise<T> | undefined, until: number): Promise<T | undefined> {
    return new Promise((resolve, reject) => {
      this.#until = until;
      this.#wake = () => resolve(undefined);
      if (this.#signal?.aborted) return resolve(undefined);
      if (until < this.#rings) this.#set();
      awaited?.then(resolve, reject);
    });
  }

  /** Ends the wait under way, too. */
  end(): void {
    this.#wake?.();
    this.#wake = undefined;
    clearTimeout(this.#timer);
    this.#signal?.removeEventListener("abort", this.#stop);
  }

  #set(): void {
    clearTimeout(this.#timer);
    this.#rings = this.#until;
    const wait_ms = Math.max(this.#until - this.#now(), 0);
    this.#timer = setTimeout(() => this.#ring(), Math.min(wait_ms, MAX_TIMER_MS));
  }

  #ring(): void {
    this.#rings = Infinity;
    if (this.#now() < this.#until && this.#wake) this.#set();
    else this.#wake?.();
  }
}

/** What is awaited, or nothing once the caller wants to stop. */
export function unlessAborted<T>(awaited: Promise<T>, signal: AbortSignal | undefined): Promise<T | undefined> {
  if (!signal) return awaited;
  return new Promise((resolve, reject) => {
    const stop = () => resolve(undefined);
    signal.addEventListener("abort", stop);
    awaited.then(resolve, reject).finally(() => signal.removeEventListener("abort", stop));
    if (signal.aborted) stop();
  });
}

/** Timers beyond this fire at once. */
export const MAX_TIMER_MS = 2 ** 31 - 1;
