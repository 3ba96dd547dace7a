// The package without its kernel: the host loads it.
export { evaluate, load, loadSync, type KernelSource } from "./load.js";
export { FareboxError } from "./error.js";
