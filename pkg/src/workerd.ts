// The entry for edge runtimes that forbid compiling: the kernel is imported as a module.
import { Farebox as Client } from "./farebox.js";
import { loadSync } from "./load.js";
import * as tokens from "./tokens.js";
// @ts-ignore: the runtime makes a `WebAssembly.Module` of this file
import module from "./kernel.wasm";

loadSync(module as WebAssembly.Module);

export * from "./api.js";
export class Farebox extends Client {}
export const { boundaries, count, countTillLimit, decode, encode, preload } = tokens;
export { loadVocabulary } from "./vocabulary.js";
