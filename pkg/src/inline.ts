// The entry for everything else: the kernel travels inside a string, so nothing is fetched.
import { Farebox as Client } from "./farebox.js";
import { kernelBase64 } from "./kernel-base64.js";
import { loadSync } from "./load.js";
import * as tokens from "./tokens.js";

loadSync(Uint8Array.from(atob(kernelBase64), (character) => character.charCodeAt(0)));

export * from "./api.js";
export class Farebox extends Client {}
export const { boundaries, count, countTillLimit, decode, encode, preload } = tokens;
export { loadVocabulary } from "./vocabulary.js";
