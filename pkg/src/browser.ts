// The entry for pages, workers and bundlers: every file is fetched from beside this one.
import { Farebox as Client } from "./farebox.js";
import { load } from "./load.js";
import * as tokens from "./tokens.js";
import { vocabularyFiles } from "./urls.js";
import { fetchBytes, setPlatform } from "./vocabulary.js";

await load(new URL("./kernel.wasm", import.meta.url));
setPlatform({ vocabulary: (encoding) => fetchBytes(vocabularyFiles(encoding)) });

export * from "./api.js";
export class Farebox extends Client {}
export const { boundaries, count, countTillLimit, decode, encode, preload } = tokens;
export { loadVocabulary } from "./vocabulary.js";
