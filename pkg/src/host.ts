// The host loop: does what the kernel's call machine says, in six arms.
import { age } from "./anew.js";
import { guarded } from "./error.js";
import type { Action, Answer, AttemptId, Call, Event, HttpRequest, Outcome } from "./kernel.js";
import { type Arrival, Exchange } from "./transport.js";
import type { Turns } from "./turns.js";

/** What a call needs of the world. */
export interface Host {
  now(): number;
  open(attempt: AttemptId, request: HttpRequest): Exchange;
  /** Why an answer may not be accepted, or nothing. */
  judge(answer: Answer): Promise<string | undefined>;
  /** The caller's own rate limits, where there are some. */
  turns?: Turns | undefined;
}

/**
 * Runs a call to its end and yields what the caller sees; `settle` is told the outcome once, while
 * the call is still there, also when the caller stops early by leaving the loop or by `signal`; it is
 * told nothing when the kernel stopped inside and the call is gone.
 */
export async function* drive(
  call: Call,
  host: Host,
  settle: (outcome: Outcome | undefined) => void,
  signal?: AbortSignal,
): AsyncGenerator<Event, Outcome, undefined> {
  const exchanges = new Map<AttemptId, Exchange>();
  const begun = age();
  const waits = new Waits(() => host.now(), signal);
  let finished = false;
  let model = "";
  try {
    let cancelled = false;
    let actions: Action[] = [];
    for (let next = 0; ; next += 1) {
      if (signal?.aborted && !cancelled) {
        cancelled = true;
        call.cancel(host.now());
        actions = withoutWait(actions);
      }
      if (next >= actions.length) {
        actions = poll(call, host.now());
        next = 0;
      }
      const action = actions[next]!;
      switch (action.type) {
        case "send": {
          const until = host.turns?.wait(model, host.now());
          if (until !== undefined) {
            call.deferred(action.attempt, until, host.now());
            break;
          }
          // An attempt that failed amid its body is still open.
          for (const exchange of exchanges.values()) exchange.close();
          exchanges.clear();
          exchanges.set(action.attempt, host.open(action.attempt, action.request));
          break;
        }
        case "receive": {
          const exchange = exchanges.get(action.attempt);
          const arrival = await waits.first(exchange?.next(), action.until).catch(
            (error: Error) => {
              const { attempt } = action;
              call.lost(attempt, error.message, true, host.now());
              throw error;
            },
          );
          if (arrival) exchange?.taken();
          if (arrival?.type === "head") host.turns?.learn(model, arrival.headers, host.now());
          guarded(() => report(call, arrival, host.now()));
          break;
        }
        case "sleep":
          await waits.first(undefined, action.until);
          call.tick(host.now());
          break;
        case "abort":
          exchanges.get(action.attempt)?.close();
          exchanges.delete(action.attempt);
          break;
        case "emit": {
          const { event } = action;
          if (event.type === "started") model = event.model;
          if (event.type === "judging") {
            const refused = await unlessAborted(host.judge(event.answer), signal);
            if (!signal?.aborted) call.verdict(event.attempt, refused, host.now());
            actions = withoutWait(actions);
          } else {
            yield event;
          }
          break;
        }
        case "finish":
          finished = true;
          settle(action.outcome);
          return action.outcome;
      }
    }
  } finally {
    waits.end();
    for (const exchange of exchanges.values()) exchange.close();
    host.turns?.leave();
    const isThere = begun === age();
    if (!finished) settle(isThere ? abandon(call, host.now()) : undefined);
    if (isThere) call.free();
  }
}

/** What is left to be told once something else happened than what was to be waited for. */
function withoutWait(actions: Action[]): Action[] {
  return actions.filter(({ type }) => type === "emit");
}

/** Cancels a call nobody listens to any more and answers with how it ended. */
function abandon(call: Call, now: number): Outcome {
  call.cancel(now);
  for (;;) {
    const action = poll(call, now).at(-1);
    if (action?.type === "finish") return action.outcome;
    // A cancelled call has nothing left to wait for.
    if (action?.type === "receive" || action?.type === "sleep") return { attempts: [] };
  }
}

function report(call: Call, arrival: Arrival | undefined, now: number): void {
  switch (arrival?.type) {
    case "head":
      return call.head(arrival.attempt, arrival.status, arrival.headers, now);
    case "bytes":
      return call.body(arrival.attempt, arrival.bytes, now);
    case "end":
      return call.end(arrival.attempt, now);
    case "lost":
      return call.lost(arrival.attempt, arrival.message, arrival.unsent, now);
    case undefined:
      return call.tick(now);
  }
}

function poll(call: Call, now: number): Action[] {
  return guarded(() => JSON.parse(call.poll(now)) as Action[]);
}

/** What is awaited, or nothing once the caller wants to stop. */
function unlessAborted<T>(awaited: Promise<T>, signal: AbortSignal | undefined): Promise<T | undefined> {
  if (!signal) return awaited;
  return new Promise((resolve, reject) => {
    const stop = () => resolve(undefined);
    signal.addEventListener("abort", stop);
    awaited.then(resolve, reject).finally(() => signal.removeEventListener("abort", stop));
    if (signal.aborted) stop();
  });
}

/** Waits one after another, with one timer for all of them: most end before it rings. */
class Waits {
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

  /** The first of an arrival, a moment, and the caller's wish to stop; nothing for the last two. */
  first(arrival: Promise<Arrival> | undefined, until: number): Promise<Arrival | undefined> {
    return new Promise((resolve, reject) => {
      this.#until = until;
      this.#wake = () => resolve(undefined);
      if (this.#signal?.aborted) return resolve(undefined);
      if (until < this.#rings) this.#set();
      arrival?.then(resolve, reject);
    });
  }

  end(): void {
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

/** Timers beyond this fire at once. */
export const MAX_TIMER_MS = 2 ** 31 - 1;
