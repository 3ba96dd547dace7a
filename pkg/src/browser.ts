// The entry for pages, workers and bundlers: the kernel is fetched from beside this file.
import { evaluate as run, load } from "./load.js";

await load(new URL("./kernel.wasm", import.meta.url));

export const evaluate = run;
export { FareboxError } from "./error.js";
export type { KernelSource } from "./load.js";
