// Estimates alone, for Node, Deno and Bun: every file lies beside this one. The kernel is there at once,
// a vocabulary when it is asked for.
import { readFileSync } from "node:fs";
import { Estimator } from "./estimator.js";
import { type KernelSource, loadSync as start } from "./load.js";
import * as tokens from "./tokens.js";
import { setPlatform } from "./vocabulary.js";

start(readFileSync(new URL("./slim.wasm", import.meta.url)));
setPlatform({
  vocabulary: (encoding) => readFileSync(new URL(`./vocab/${encoding}.vocab`, import.meta.url)),
});

/** Does nothing here, where the kernel is there already: for programs that run in pages too. */
export async function load(_source?: KernelSource | Promise<KernelSource>): Promise<void> {}

/** Like `load`. */
export function loadSync(_source?: BufferSource | WebAssembly.Module): void {}

export * from "./slim-api.js";
export class Farebox extends Estimator {}
export const { boundaries, count, countTillLimit, decode, encode, preload } = tokens;
