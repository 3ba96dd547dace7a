// The entry for hosts that load the whole kernel themselves: `await load(url)` before anything else.
export * from "./api.js";
export { Farebox } from "./farebox.js";
export { load, loadSync } from "./load.js";
export { boundaries, count, countTillLimit, decode, encode, preload } from "./tokens.js";
export { loadVocabulary } from "./vocabulary.js";
