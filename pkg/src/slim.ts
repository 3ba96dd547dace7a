// Estimates alone, for pages, workers and bundlers: `await load()` before anything else. It does not wait
// for the kernel by itself, for a service worker may not, and a page may have something to show first.
import { Estimator } from "./estimator.js";
import { type KernelSource, load as start, loadSync } from "./load.js";
import * as tokens from "./tokens.js";
import { vocabularyFiles } from "./urls.js";
import { fetchBytes, setPlatform } from "./vocabulary.js";

setPlatform({ vocabulary: (encoding) => fetchBytes(vocabularyFiles(encoding)) });

/** Loads the kernel that only estimates, from beside this module or from where you have it. */
export function load(source: KernelSource | Promise<KernelSource> = new URL("./slim.wasm", import.meta.url)): Promise<void> {
  return start(source);
}

export * from "./slim-api.js";
export class Farebox extends Estimator {}
export const { boundaries, count, countTillLimit, decode, encode, preload } = tokens;
export { loadSync };
