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
  let finished = false;
  let model = "";
  try {
    let cancelled = false;
    for (;;) {
      if (signal?.aborted && !cancelled) {
        cancelled = true;
        call.cancel(host.now());
      }
      const action = poll(call, host.now());
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
          const arrival = await first(exchange?.next(), action.until - host.now(), signal).catch(
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
          await first(undefined, action.until - host.now(), signal);
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
    for (const exchange of exchanges.values()) exchange.close();
    host.turns?.leave();
    const isThere = begun === age();
    if (!finished) settle(isThere ? abandon(call, host.now()) : undefined);
    if (isThere) call.free();
  }
}

/** Cancels a call nobody listens to any more and answers with how it ended. */
function abandon(call: Call, now: number): Outcome {
  call.cancel(now);
  for (;;) {
    const action = poll(call, now);
    if (action.type === "finish") return action.outcome;
    // A cancelled call has nothing left to wait for.
    if (action.type === "receive" || action.type === "sleep") return { attempts: [] };
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

function poll(call: Call, now: number): Action {
  return guarded(() => JSON.parse(call.poll(now)) as Action);
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

/** The first of an arrival, the passing of time, and the caller's wish to stop; nothing for the last two. */
function first(
  arrival: Promise<Arrival> | undefined,
  wait_ms: number,
  signal: AbortSignal | undefined,
): Promise<Arrival | undefined> {
  return new Promise((resolve, reject) => {
    const clear = () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", stop);
    };
    const done = (value?: Arrival) => {
      clear();
      resolve(value);
    };
    const fail = (error: unknown) => {
      clear();
      reject(error);
    };
    const stop = () => done();
    const timer = setTimeout(stop, Math.min(Math.max(wait_ms, 0), MAX_TIMER_MS));
    if (signal?.aborted) return done();
    signal?.addEventListener("abort", stop);
    arrival?.then(done, fail);
  });
}

/** Timers beyond this fire at once. */
const MAX_TIMER_MS = 2 ** 31 - 1;
