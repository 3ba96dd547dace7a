// The entry for everything else: the kernel travels inside a string, so nothing is fetched.
import { kernelBase64 } from "./kernel-base64.js";
import { evaluate as run, loadSync } from "./load.js";

loadSync(Uint8Array.from(atob(kernelBase64), (character) => character.charCodeAt(0)));

export const evaluate = run;
export { FareboxError } from "./error.js";
export type { KernelSource } from "./load.js";
