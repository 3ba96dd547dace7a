// Tokens of plain text.
import { guarded } from "./error.js";
import * as kernel from "./kernel.js";
import type { Encoding } from "./kernel.js";
import { requireLoaded } from "./load.js";
import { request } from "./vocabulary.js";

// Where files are local the vocabulary is there after this; elsewhere the kernel says what to do.
function ready(encoding: Encoding): void {
  requireLoaded();
  request([encoding]);
}

function exactly<T>(encoding: Encoding, action: () => T): T {
  ready(encoding);
  return guarded(action);
}

/** How many tokens the text is. */
export function count(text: string, encoding: Encoding = "o200k_base"): number {
  return exactly(encoding, () => kernel.count(text, encoding));
}

/** How many tokens the text is, or nothing when it is more than the limit; stops reading there. */
export function countTillLimit(
  text: string,
  limitTokens: number,
  encoding: Encoding = "o200k_base",
): number | undefined {
  return exactly(encoding, () => kernel.countTillLimit(text, limitTokens, encoding));
}

/** The ranks of the text's tokens. */
export function encode(text: string, encoding: Encoding = "o200k_base"): Uint32Array {
  return exactly(encoding, () => kernel.encode(text, encoding));
}

/** The text of tokens. */
export function decode(tokens: Uint32Array | number[], encoding: Encoding = "o200k_base"): string {
  return exactly(encoding, () => kernel.decode(tokens, encoding));
}

/** Where each token of the text ends, in UTF-16 units, so that `text.slice` cuts there. */
export function boundaries(text: string, encoding: Encoding = "o200k_base"): Uint32Array {
  return exactly(encoding, () => kernel.boundaries(text, encoding));
}

/** Makes exact counts in these encodings possible; needed where files are fetched. */
export async function preload(encodings: readonly Encoding[] = ["o200k_base"]): Promise<void> {
  requireLoaded();
  await Promise.all(request(encodings, true));
}
