// Estimates alone, for edge runtimes that forbid compiling: the kernel is imported as a module.
import { Estimator } from "./estimator.js";
import { type KernelSource, loadSync as start } from "./load.js";
import * as tokens from "./tokens.js";
// @ts-ignore: the runtime makes a `WebAssembly.Module` of this file
import module from "./slim.wasm";

start(module as WebAssembly.Module);

/** Does nothing here, where the kernel is there already: for programs that run in pages too. */
export async function load(_source?: KernelSource | Promise<KernelSource>): Promise<void> {}

/** Like `load`. */
export function loadSync(_source?: BufferSource | WebAssembly.Module): void {}

export * from "./slim-api.js";
export class Farebox extends Estimator {}
export const { boundaries, count, countTillLimit, decode, encode, preload } = tokens;
