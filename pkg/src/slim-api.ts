// What the entries that only estimate offer. The build gives them a kernel without calls.
export type * from "./slim-types.js";
export { FareboxError } from "./error.js";
export type { EstimatorOptions as FareboxOptions, QuoteOptions, RequestInput } from "./estimator.js";
export type { KernelSource } from "./load.js";
export { LiveCount } from "./live.js";
export { countLong, type LongCountOptions } from "./long.js";
export { loadVocabulary, type VocabularySource } from "./vocabulary.js";
