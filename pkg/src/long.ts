// Counting a long text piece by piece, so that whoever waits can watch and stop.
import { FareboxError } from "./error.js";
import type { Encoding } from "./kernel.js";
import { LiveCount } from "./live.js";
import { preload } from "./tokens.js";

/** How a long text is counted. */
export interface LongCountOptions {
  encoding?: Encoding | undefined;
  /** Stops the work; the promise is rejected with a `cancelled` error. */
  signal?: AbortSignal | undefined;
  /** Told after each piece how much of the text is counted, from 0 to 1. */
  onProgress?: ((done: number) => void) | undefined;
}

/**
 * How many tokens a long text is. Works in pieces and lets the page breathe between them; `farebox/worker`
 * has the same off the main thread.
 */
export async function countLong(text: string, options: LongCountOptions = {}): Promise<number> {
  const { encoding = "o200k_base", signal, onProgress } = options;
  refuseAborted(signal);
  await preload([encoding]);
  const counted = new LiveCount("", encoding);
  try {
    for (let start = 0; start < text.length; ) {
      refuseAborted(signal);
      const end = pieceEnd(text, start);
      counted.replace(start, start, text.slice(start, end));
      start = end;
      onProgress?.(end / text.length);
      await new Promise((resolve) => setTimeout(resolve));
    }
    return counted.tokens;
  } finally {
    counted.free();
  }
}

/** The error of work that its caller stopped. */
export function refuseAborted(signal: AbortSignal | undefined): void {
  if (!signal?.aborted) return;
  throw new FareboxError({ kind: "cancelled", message: "the count was stopped by its caller" }, { cause: signal.reason });
}

// A piece never ends between the two halves of a character.
function pieceEnd(text: string, start: number): number {
  const end = Math.min(start + PIECE, text.length);
  const last = text.charCodeAt(end - 1);
  return end < text.length && last >= 0xd800 && last < 0xdc00 ? end - 1 : end;
}

const PIECE = 1 << 18;
