// What every entry of the package offers once its kernel is there.
export type * from "./types.js";
export type { CallingOptions, ClientCallingOptions } from "./calling.js";
export { FareboxError } from "./error.js";
export type { EstimatorOptions, QuoteOptions, RequestInput } from "./estimator.js";
export type { CallOptions, FareboxOptions, ProviderOptions } from "./farebox.js";
export type { Key } from "./keys.js";
export type { KernelSource } from "./load.js";
export { LiveCount } from "./live.js";
export { countLong, type LongCountOptions } from "./long.js";
export { FareboxRun, type RunOptions, type StepResult } from "./run.js";
export type { Form, StandardSchema } from "./schema.js";
export { sendAs, type Typed } from "./structured.js";
export type { Span } from "./telemetry.js";
export { FareboxStream, type Reply } from "./stream.js";
export { type OwnTool, runTools, type ToolLimits, type ToolRun } from "./tools.js";
export { type VocabularySource } from "./vocabulary.js";
