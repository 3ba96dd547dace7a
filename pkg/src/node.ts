// The entry for Node, Deno and Bun: the kernel lies beside this file.
import { readFileSync } from "node:fs";
import { evaluate as run, loadSync } from "./load.js";

loadSync(readFileSync(new URL("./kernel.wasm", import.meta.url)));

export const evaluate = run;
export { FareboxError } from "./error.js";
export type { KernelSource } from "./load.js";
