// The entry for edge runtimes that forbid compiling: the kernel is imported as a module.
import { evaluate as run, loadSync } from "./load.js";
// @ts-ignore: the runtime turns this file into a `WebAssembly.Module`
import module from "./kernel.wasm";

loadSync(module as WebAssembly.Module);

export const evaluate = run;
export { FareboxError } from "./error.js";
export type { KernelSource } from "./load.js";
