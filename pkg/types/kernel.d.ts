/* tslint:disable */
/* eslint-disable */

/** A day in UTC, such as "2026-11-22". */
export type Day = string;



/** An exact decimal number of US dollars, such as "0.00123"; `Number(amount)` is for display. */
export type Pusd = string;
/** An exact decimal number of US dollars that may be negative. */
export type PusdDelta = string;
/** US dollars for a million units, as price lists print them, such as "2.5". */
export type Rate = string;


/**
 * A belief held before any outcome: how often a model succeeds, and how firmly it is believed.
 */
export interface Prior {
    /**
     * Successes in a million.
     */
    successPpm: number;
    /**
     * The effort the benchmark was run at.
     */
    effort?: Effort;
}

/**
 * A body in a provider's own shape.
 */
export interface ParseInput {
    /**
     * The body.
     */
    body: Record<string, unknown>;
    /**
     * The format it is written in; told from its fields when absent.
     */
    api?: Api;
}

/**
 * A call and what happens to it.
 */
export interface Rehearsal {
    /**
     * The request, unless `body` is given.
     */
    request?: Request;
    /**
     * A body in a provider's own shape.
     */
    body?: Record<string, unknown>;
    /**
     * What will be tried.
     */
    plan: Plan;
    /**
     * Choices about the call.
     */
    settings?: CallSettings;
    /**
     * When it begins.
     */
    now: Timestamp;
    /**
     * What happens then, in order.
     */
    steps: ScriptStep[];
}

/**
 * A change of the caller's wishes.
 */
export type Change = { type: "failure_cost_above"; usd: Pusd } | { type: "preset"; preset: Preset } | { type: "stakes"; stakes: Stakes };

/**
 * A choice among models.
 */
export interface Decision {
    /**
     * Names this decision, so that its outcome can be observed.
     */
    id: string;
    /**
     * The model to ask.
     */
    chosen: Arm;
    /**
     * Every model that could have been asked, the chosen one first, then by utility. Names a
     * model once for each effort that was estimated.
     */
    ranked: Ranked[];
    /**
     * Every model that could not, and why.
     */
    rejected: Rejected[];
    /**
     * Why the chosen one, the weightiest reason first.
     */
    reasons: Reason[];
    /**
     * The reasons in one sentence.
     */
    sentence: string;
    /**
     * How probable this choice was, in parts per million; below a million when exploring.
     */
    propensityPpm: number;
    /**
     * The workload whose outcomes it was made from.
     */
    workload: string;
    /**
     * The kind of work, where it is known.
     */
    kind?: WorkKind;
    /**
     * The stakes it was made for.
     */
    stakes: Stakes;
    /**
     * How the answer is to be checked, where checking pays.
     */
    verify?: Verify;
    /**
     * What would have changed the choice.
     */
    otherwise?: Otherwise[];
}

/**
 * A company whose endpoint answers requests, by a short name such as `openai`.
 */
export type ProviderId = string;

/**
 * A decision of Farebox's own and how it turned out.
 */
export interface LoggedDecision {
    /**
     * The decision, with how probable it was.
     */
    decision: Decision;
    /**
     * How it turned out.
     */
    observation: Observation;
    /**
     * What it cost.
     */
    cost?: Pusd;
}

/**
 * A decision whose outcome is not known yet.
 */
export interface Pending {
    /**
     * Its place in the order of decisions.
     */
    sequence: number;
    /**
     * The workload.
     */
    workload: string;
    /**
     * The kind of work, where it is known.
     */
    kind?: WorkKind;
    /**
     * The chosen arm.
     */
    arm: Arm;
    /**
     * The rung it stands on.
     */
    rung: number;
    /**
     * How its answer is checked, where it is.
     */
    verify?: Verify;
    /**
     * Features of the prompt, in thousandths.
     */
    featuresMilli: number[];
    /**
     * Hashes of its words, where those are counted.
     */
    grams?: number[];
}

/**
 * A figure and the interval nineteen of twenty resamples of the prompts fall in.
 */
export interface Band {
    /**
     * The lower end.
     */
    lowPpm: number;
    /**
     * The figure.
     */
    ppm: number;
    /**
     * The upper end.
     */
    highPpm: number;
}

/**
 * A goal and what is to happen on the way to it.
 */
export interface TranscriptInput {
    /**
     * The goal.
     */
    goal: Goal;
    /**
     * Who does what, and where the run must stop.
     */
    settings?: RunSettings;
    /**
     * When it starts.
     */
    now: Timestamp;
    /**
     * What happens, in order.
     */
    steps: Moment[];
}

/**
 * A goal, and how to go about it.
 */
export interface GoalInput {
    /**
     * What is wanted.
     */
    goal: Goal;
    /**
     * Who does which part of it, and where it must stop.
     */
    settings?: RunSettings;
    /**
     * What holds where a role's policy is silent on what may be asked at all.
     */
    policy?: PolicyInput;
    /**
     * The moment.
     */
    now: Timestamp;
}

/**
 * A model at an effort.
 */
export interface Arm {
    /**
     * The model.
     */
    model: ModelId;
    /**
     * The effort, where it reasons.
     */
    effort?: Effort;
}

/**
 * A model by its provider's own name, such as `gpt-5.4-mini`.
 */
export type ModelId = string;

/**
 * A model that could be asked, and what is expected of it.
 */
export interface Ranked {
    /**
     * The model at an effort.
     */
    arm: Arm;
    /**
     * The rung it stands on, from 0; a named model that is on no rung stands above all.
     */
    rung: number;
    /**
     * How often it is believed to succeed, in parts per million.
     */
    success: PpmRange;
    /**
     * What it is expected to cost; absent when nobody published a price.
     */
    cost?: Pusd;
    /**
     * Value of the expected success less cost, waiting and switching, in pico-dollars.
     */
    utilityPusd: number;
}

/**
 * A model that could not be asked.
 */
export interface Rejected {
    /**
     * The model.
     */
    model: ModelId;
    /**
     * Why.
     */
    reason: Reason;
}

/**
 * A model's answer.
 */
export interface Answer {
    /**
     * The provider's id of the answer.
     */
    id?: string;
    /**
     * The model that answered, as the provider names it.
     */
    model?: ModelId;
    /**
     * Its words.
     */
    text?: string;
    /**
     * Its refusal, if it refused.
     */
    refusal?: string;
    /**
     * Tools it wants called.
     */
    toolCalls?: AnswerToolCall[];
    /**
     * Its reasoning or the summary of it, as far as it is shown.
     */
    reasoning?: string;
    /**
     * Notes of the provider's on the text, as they were given.
     */
    annotations?: unknown[];
    /**
     * Why it stopped.
     */
    finish?: Finish;
    /**
     * What it used; absent when the provider did not say.
     */
    usage?: Usage;
    /**
     * Parts of the answer Farebox has no name for, and those to be sent back unchanged.
     */
    items?: unknown[];
}

/**
 * A model, with everything needed to count, price, filter and call it.
 */
export interface Model {
    /**
     * Its name at the provider.
     */
    id: ModelId;
    /**
     * Who answers for it.
     */
    provider: ProviderId;
    /**
     * Other names of it, dated snapshots for the most part.
     */
    aliases?: ModelId[];
    /**
     * How its tokens are counted.
     */
    counting: Counting;
    /**
     * Formats it answers, the preferred one first; empty means its provider's.
     */
    apis?: Api[];
    /**
     * How much it takes and gives.
     */
    limits: Limits;
    /**
     * What it takes, gives and can do.
     */
    abilities: Ability[];
    /**
     * Tools the provider runs for it.
     */
    hostedTools?: HostedTool[];
    /**
     * Efforts it accepts, from least to most; empty when it does not reason.
     */
    efforts?: Effort[];
    /**
     * The effort it uses when none is asked for.
     */
    defaultEffort?: Effort;
    /**
     * Regions it can be held to, such as `us` or `eu`.
     */
    regions?: string[];
    /**
     * Prices, oldest first; each holds until the next begins. Empty: nobody published one.
     */
    prices?: PriceSheet[];
    /**
     * The day it appeared.
     */
    releasedOn?: Day;
    /**
     * The day from which it no longer answers.
     */
    shutdownOn?: Day;
    /**
     * What its provider recommends instead.
     */
    successor?: ModelId;
    /**
     * The last day its training data covers.
     */
    knowledgeCutoff?: Day;
    /**
     * How often it succeeds at a kind of work before anything is known of the caller's, in parts
     * per million, from published benchmarks.
     */
    priors?: Partial<Record<WorkKind, Prior>>;
    /**
     * Where these facts come from.
     */
    source: string;
    /**
     * The day they were last compared with the source.
     */
    checkedOn: Day;
}

/**
 * A moment: milliseconds since 1970-01-01T00:00:00Z.
 */
export type Timestamp = number;

/**
 * A number of steps that is not known before the plan.
 */
export interface StepRange {
    /**
     * At least.
     */
    low: number;
    /**
     * Probably.
     */
    expected: number;
    /**
     * At most.
     */
    high: number;
}

/**
 * A number of tokens that is not known exactly; `low <= expected <= high`.
 */
export interface TokenRange {
    /**
     * Hardly ever fewer.
     */
    low: number;
    /**
     * The best single guess.
     */
    expected: number;
    /**
     * Hardly ever more.
     */
    high: number;
}

/**
 * A piece of a [`Message`].
 */
export type Part = { type: "audio"; source: Source; durationMs?: number } | { type: "file"; source: Source; filename?: string } | { type: "image"; source: Source; detail?: ImageDetail; size?: PixelSize } | { type: "other"; value: unknown } | { type: "reasoning"; itemId?: string; text?: string; opaque?: string; reasoningTokens?: number } | { type: "refusal"; text: string } | { type: "text"; text: string } | { type: "tool_call"; callId: string; itemId?: string; name: string; arguments: string } | { type: "tool_result"; callId: string; content: Part[]; isError?: boolean };

/**
 * A piece of a stream.
 */
export type Chunk = string | number[];

/**
 * A piece to work on.
 */
export interface Material {
    /**
     * What steps call it; a file name serves well.
     */
    name: string;
    /**
     * What the planner is told of it.
     */
    about?: string;
    /**
     * It.
     */
    text: string;
}

/**
 * A probability that is not known exactly, in parts per million.
 */
export interface PpmRange {
    /**
     * The lower end of the nine-in-ten interval.
     */
    low: number;
    /**
     * The mean.
     */
    expected: number;
    /**
     * The upper end of the nine-in-ten interval.
     */
    high: number;
}

/**
 * A published way of turning text into tokens.
 */
export type Encoding = "cl100k_base" | "o200k_base" | "o200k_harmony" | "p50k_base" | "r50k_base";

/**
 * A request body in a provider's own shape.
 */
export interface NativeBody {
    /**
     * The format it is written in.
     */
    api: Api;
    /**
     * Every field of it, the unknown ones too.
     */
    body: Record<string, unknown>;
}

/**
 * A request of the package's own, or a body in a provider's own shape: what an app already sends.
 */
export type RequestInput = Request | { readonly [field: string]: unknown };

/**
 * A request to be counted as a model's provider would.
 */
export interface CountInput {
    /**
     * The request.
     */
    request: RequestInput;
    /**
     * What its text does not say; over the request's own.
     */
    hints?: Hints;
    /**
     * The model.
     */
    model: ModelId;
}

/**
 * A request to be estimated on one model.
 */
export interface EstimateInput {
    /**
     * The request.
     */
    request: RequestInput;
    /**
     * What its text does not say; over the request's own.
     */
    hints?: Hints;
    /**
     * The model.
     */
    model: ModelId;
    /**
     * When, in which lane and where it is priced.
     */
    terms: Terms;
}

/**
 * A request to be quoted and sent as the quote says.
 */
export interface CallInput {
    /**
     * The request.
     */
    request: RequestInput;
    /**
     * What its text does not say; over the request's own.
     */
    hints?: Hints;
    /**
     * What the caller wants.
     */
    policy?: PolicyInput;
    /**
     * What is known of the caller's workloads, instead of what is held.
     */
    posterior?: PosteriorInput;
    /**
     * The moment.
     */
    now: Timestamp;
    /**
     * How to go about it.
     */
    settings?: CallSettings;
    /**
     * Limits of time and repetition, instead of the plan's.
     */
    limits?: Partial<CallLimits>;
    /**
     * The model to compare the bill with; by default the last that was estimated.
     */
    baseline?: ModelId;
}

/**
 * A request to be quoted.
 */
export interface QuoteInput {
    /**
     * The request.
     */
    request: RequestInput;
    /**
     * What its text does not say; over the request's own.
     */
    hints?: Hints;
    /**
     * What the caller wants.
     */
    policy?: PolicyInput;
    /**
     * What is known of the caller's workloads.
     */
    posterior?: PosteriorInput;
    /**
     * The moment.
     */
    now: Timestamp;
}

/**
 * A span that spending is counted over.
 */
export type Window = "call" | "day" | "month" | "session";

/**
 * A stream given in pieces.
 */
export interface SseScript {
    /**
     * The pieces, each a text or a list of bytes.
     */
    chunks: Chunk[];
    /**
     * The longest event accepted; a call's default otherwise.
     */
    maxEventBytes?: number | undefined;
}

/**
 * A stream that was recorded whole.
 */
export interface SseTranscript {
    /**
     * Its events.
     */
    events: SseEvent[];
    /**
     * The event whose blank line never came, if it has data; the standard drops it.
     */
    unterminated?: SseEvent;
    /**
     * The reconnection time the stream asked for last.
     */
    retryMs?: number;
}

/**
 * A success that was not observed as such, estimated three ways.
 */
export interface OffPolicy {
    /**
     * By the inverse of each choice's probability.
     */
    ips: Band;
    /**
     * The same, scaled to the sum of the weights.
     */
    snips: Band;
    /**
     * By each decision's own belief, corrected by the outcomes.
     */
    doublyRobust: Band;
}

/**
 * A text to be cut into tokens.
 */
export interface TokensInput {
    /**
     * The encoding's published name.
     */
    encoding: string;
    /**
     * The text; nothing in it is taken for a special token.
     */
    text: string;
}

/**
 * A tool the model wants called.
 */
export interface AnswerToolCall {
    /**
     * Ties the result to the call.
     */
    callId: string;
    /**
     * The tool.
     */
    name: string;
    /**
     * Its arguments, as JSON text.
     */
    arguments: string;
}

/**
 * A usage and where to price it.
 */
export interface PriceInput {
    /**
     * The model.
     */
    model: ModelId;
    /**
     * What was, or would be, used.
     */
    usage: Usage;
    /**
     * When, in which lane and where it is priced.
     */
    terms: Terms;
}

/**
 * A way to check an answer.
 */
export type Check = { type: "agreement"; with: Arm } | { type: "caller" } | { type: "margin"; atLeastPpm: number } | { type: "schema" } | { type: "tool_calls" };

/**
 * A whole answer in a provider's own shape.
 */
export interface UsageInput {
    /**
     * The answer, or as much of it as reports the usage.
     */
    answer: Record<string, unknown>;
    /**
     * The format it is written in.
     */
    api: Api;
}

/**
 * A wire format: which endpoint of which provider family a body is written for.
 */
export type Api = "chat" | "generate_content" | "messages" | "responses";

/**
 * All that a receipt is made from, as plain data.
 */
export interface Settlement {
    /**
     * How the call ended.
     */
    outcome: Outcome;
    /**
     * The estimate of the model that was chosen first.
     */
    estimate?: Estimate | undefined;
    /**
     * The model to compare with.
     */
    baseline?: ModelId | undefined;
}

/**
 * An HTTP request without its secret, which the host adds last; safe to log.
 */
export interface HttpRequest {
    /**
     * Whose endpoint and key.
     */
    provider: ProviderId;
    /**
     * Always `POST` for a call.
     */
    method: string;
    /**
     * The whole address.
     */
    url: string;
    /**
     * Header names in lower case, and their values.
     */
    headers: [string, string][];
    /**
     * How the host adds the key.
     */
    auth: AuthScheme;
    /**
     * The body.
     */
    body: Record<string, unknown>;
}

/**
 * An amount that is not known exactly; `low <= expected <= high`.
 */
export interface CostRange {
    /**
     * The price of the low usage.
     */
    low: Pusd;
    /**
     * The price of the expected usage.
     */
    expected: Pusd;
    /**
     * The price of the high usage.
     */
    high: Pusd;
}

/**
 * An answer and what follows it.
 */
export interface FollowUpInput {
    /**
     * The request that was answered.
     */
    request: RequestInput;
    /**
     * The answer.
     */
    answer: Answer;
    /**
     * The format it came in.
     */
    api: Api;
    /**
     * What the tools it called gave back.
     */
    outputs?: ToolOutput[];
    /**
     * What the user says next.
     */
    user?: string;
}

/**
 * Centre and spread of the features of a workload's prompts.
 */
export interface Moments {
    /**
     * Prompts seen.
     */
    prompts: number;
    /**
     * Means, in thousandths.
     */
    meansMilli: number[];
    /**
     * Mean squares of the distance from the mean, in thousandths.
     */
    variancesMilli: number[];
}

/**
 * Choices about one call; every field has a sensible default.
 */
export interface CallSettings {
    /**
     * Whether the answer is to come in pieces.
     */
    stream?: boolean;
    /**
     * What the jitter of waits is drawn from: the same seed, the same waits.
     */
    seed?: number;
    /**
     * Names the logical request, so that a provider can tell a repetition; the host draws it.
     */
    idempotencyKey?: string;
    /**
     * Where providers are, when not where the catalogue says.
     */
    baseUrls?: Record<ProviderId, string>;
    /**
     * Whether an unencrypted address beyond this machine is allowed.
     */
    allowHttp?: boolean;
    /**
     * Whether the request is held to a region, which some prices depend on.
     */
    regional?: boolean;
    /**
     * What to do when a stream breaks after some of it was delivered.
     */
    restart?: Restart;
    /**
     * When the pieces of an answer that is still to be checked are handed on.
     */
    release?: Release;
    /**
     * The longest event of a stream that is accepted.
     */
    maxEventBytes?: number;
    /**
     * The longest body that is accepted where the answer comes whole.
     */
    maxBodyBytes?: number;
}

/**
 * Families of models whose prompts are framed alike.
 */
export type CountingFamily = "claude3" | "claude4" | "claude45" | "claude46" | "claude47" | "gemini2" | "gemini25" | "gemini3" | "openai_chat" | "openai_harmony" | "openai_harmony52" | "openai_o1" | "unknown";

/**
 * How a call ended.
 */
export interface Outcome {
    /**
     * The answer, whole or as far as it came.
     */
    answer?: Answer;
    /**
     * Why it is not whole, if it is not.
     */
    error?: Error;
    /**
     * Every attempt, failed and cancelled ones too, in order.
     */
    attempts: Attempt[];
}

/**
 * How a count is known.
 */
export type Basis = { type: "exact" } | { type: "approximate"; marginPpm: number; why: string[] };

/**
 * How a decision turned out.
 */
export interface Observation {
    /**
     * How well the answer served, from 0 to 1,000,000; absent when nobody judged it.
     */
    successPpm?: number;
    /**
     * Whether the planned check accepted the first answer. Where it did not, `successPpm` is of the
     * stronger model's answer, and counts as that model's.
     */
    firstAccepted?: boolean;
    /**
     * How well the first answer served, accepted or not, from 0 to 1,000,000. It is what the
     * check's rates are measured by: judge refused answers as often as accepted ones.
     */
    firstSuccessPpm?: number;
    /**
     * How long it took.
     */
    latencyMs?: number;
    /**
     * Tokens of the answer, as billed.
     */
    outputTokens?: number;
}

/**
 * How a host adds the secret to a request; the kernel never holds the secret itself.
 */
export type AuthScheme = { type: "bearer" } | { type: "header"; name: string } | { type: "none" };

/**
 * How a model's tokens are counted.
 */
export interface Counting {
    /**
     * The family of rules, such as `openai_harmony`; one word a file of rules knows.
     */
    family: CountingFamily;
    /**
     * The published vocabulary, such as `o200k_base`; absent where the provider publishes none.
     */
    encoding?: string;
    /**
     * The rule for pictures and its numbers.
     */
    images?: ImageCounting;
}

/**
 * How a run ended.
 */
export interface RunOutcome {
    /**
     * The final answer, if there is one.
     */
    answer?: Answer;
    /**
     * Why the run ended early, if it did; an answer beside it was made from what there was.
     */
    error?: Error;
    /**
     * Every step of every plan, in order.
     */
    steps: StepReport[];
    /**
     * What it cost.
     */
    receipt: RunReceipt;
}

/**
 * How a stream went; rates and utilities are means over the draws, in parts per million of what a
 * right answer is worth.
 */
export interface Online {
    /**
     * The stronger model.
     */
    strong: string;
    /**
     * The weaker model.
     */
    weak: string;
    /**
     * How many prompts.
     */
    prompts: number;
    /**
     * How many labels.
     */
    labels: number;
    /**
     * Prompts at the end that are scored.
     */
    scored: number;
    /**
     * Utility there of the better constant tier.
     */
    constantPpm: number;
    /**
     * Utility there of the kernel.
     */
    kernelPpm: number;
    /**
     * Utility there of the best tier of each label.
     */
    taskOraclePpm: number;
    /**
     * Share of the gain from the constant tier to the task oracle; absent where that is below a
     * five-hundredth, and so noise.
     */
    shareOfGainPpm?: number;
    /**
     * Utility lost against the better constant tier over the first 150 prompts, for each of them.
     */
    regret150Ppm: number;
    /**
     * Quality of the kernel there.
     */
    qualityPpm: number;
    /**
     * Share of prompts it sent to the stronger model there.
     */
    strongSharePpm: number;
    /**
     * Mean squared error of forecasts on a label after 30 outcomes there, less that of the
     * label's true mean.
     */
    excessBrier30Ppm?: number;
}

/**
 * How an answer is checked before it is accepted.
 */
export interface Verify {
    /**
     * The check.
     */
    check: Check;
    /**
     * Where to go when it fails.
     */
    escalateTo: Arm;
}

/**
 * How closely the model looks at a picture.
 */
export type ImageDetail = "auto" | "high" | "low" | "original";

/**
 * How far a step came.
 */
export type StepStatus = "done" | "failed" | "ready" | "running" | "skipped";

/**
 * How fast an arm answers, as measured.
 */
export interface Speed {
    /**
     * Answers measured.
     */
    answers: number;
    /**
     * Microseconds for an output token, a running mean over about the last twenty answers.
     */
    usPerOutputToken: number;
}

/**
 * How hard a model thinks before it answers, from least to most.
 */
export type Effort = "none" | "minimal" | "low" | "medium" | "high" | "xhigh" | "max";

/**
 * How much a model takes and gives.
 */
export interface Limits {
    /**
     * Input and output together.
     */
    contextTokens: number;
    /**
     * Input alone, where that is less.
     */
    maxInputTokens?: number;
    /**
     * Output alone, reasoning included.
     */
    maxOutputTokens: number;
}

/**
 * How much may be spent on trying what is not known to be best.
 */
export interface Explore {
    /**
     * The share of spending, in parts per million; none by default.
     */
    budgetPpm?: number;
    /**
     * What the draws are made from: the same seed, the same choice.
     */
    seed?: number;
}

/**
 * How much may be spent within a window.
 */
export interface Limit {
    /**
     * The window.
     */
    window: Window;
    /**
     * How much.
     */
    amount: Pusd;
    /**
     * What happens at the limit.
     */
    force?: Force;
}

/**
 * How much of one model a minute allows; absent is as much as its provider says.
 */
export interface PerMinute {
    /**
     * Requests.
     */
    requests?: number;
    /**
     * Tokens of prompts and of the answers they ask for.
     */
    tokens?: number;
}

/**
 * How often an arm succeeded and failed on prompts with a word, by the word's hash.
 */
export interface Words {
    /**
     * Weight of the words' score, in millionths.
     */
    scaleMicro: number;
    /**
     * Its variance, in millionths.
     */
    varianceMicro: number;
    /**
     * Successes and failures of each bucket, a byte each; both are halved when one is full.
     */
    counts: string;
    /**
     * Successes and failures in all.
     */
    totals: [number, number];
    /**
     * The bucket of a word that every prompt has.
     */
    common?: [number, number];
}

/**
 * How outcomes are replayed.
 */
export interface ReplayOptions {
    /**
     * What one answer of the stronger model costs, as a share of what a right answer is worth.
     * Outcomes that carry costs are scaled to it.
     */
    strongCostPpm?: number;
    /**
     * Numbers of labelled outcomes to learn from before the rest is scored.
     */
    labels?: number[];
    /**
     * How often labelled outcomes are drawn anew; figures are means over the draws.
     */
    draws?: number;
    /**
     * What every draw is made from: the same seed, the same report.
     */
    seed?: number;
    /**
     * Resamples behind each interval.
     */
    resamples?: number;
    /**
     * Whether hashed words of prompts are learned from as well.
     */
    words?: boolean;
}

/**
 * How pictures are turned into tokens.
 */
export type ImageCounting = { type: "area"; pixelsPerToken: number; maxTokens: number } | { type: "patches"; multiplierPpm: number; maxPatches: number } | { type: "tiles"; baseTokens: number; tileTokens: number };

/**
 * How well a check tells good answers from bad ones, as measured.
 */
export interface Verifier {
    /**
     * The share of good answers it accepts, in parts per million.
     */
    acceptsGoodPpm: number;
    /**
     * The share of bad answers it accepts, in parts per million.
     */
    acceptsBadPpm: number;
    /**
     * What one check costs.
     */
    cost?: Pusd;
}

/**
 * How well a score orders prompts by what they gain from the stronger model.
 */
export interface Curve {
    /**
     * Share of the gap closed, averaged over all shares of prompts; absent where the stronger
     * model is not better by a hundredth, so that there is no gap to close.
     */
    apgr?: Band;
    /**
     * Share of prompts at which half of the gap is closed.
     */
    cpt50Ppm?: number;
    /**
     * Share of prompts at which four fifths of the gap are closed.
     */
    cpt80Ppm?: number;
    /**
     * Quality with none, a tenth, … all of the prompts at the stronger model.
     */
    qualityPpm: number[];
    /**
     * The same with the interval of each; empty without resamples.
     */
    bands?: Band[];
}

/**
 * Input and output of every operation that estimates need.
 */
export interface Operations {
    /**
     * Counts a request's prompt as a model's provider would.
     */
    count: [CountInput, InputCount];
    /**
     * Names the vocabularies that exact counts need and that are not loaded yet.
     */
    encodings: [EncodingsInput, Encoding[]];
    /**
     * Estimates a request on one model.
     */
    estimate: [EstimateInput, Estimate];
    /**
     * Reads a body that was written for a provider into the package's own request.
     */
    parse: [ParseInput, Request];
    /**
     * Prices a usage on a model.
     */
    price: [PriceInput, Cost];
    /**
     * Says what a request costs everywhere, who should answer it, and what a call will try.
     */
    quote: [QuoteInput, Quote];
    /**
     * Adds amounts up, exactly.
     */
    sum: [Pusd[], Pusd];
    /**
     * Cuts a text into tokens, by their ranks.
     */
    tokens: [TokensInput, Tokens];
    /**
     * Reads what an answer says it used, in classes that do not overlap.
     */
    usage: [UsageInput, Usage];
}

/**
 * Input and output of every operation that only whoever sends has a use for.
 */
export interface CallOperations {
    /**
     * The request that follows an answer: with it, the results of its tools and the user's words.
     */
    follow: [FollowUpInput, Request];
    /**
     * Who answers, and how a host reaches them.
     */
    providers: [undefined, Provider[]];
}

/**
 * Kinds of work that models differ at.
 */
export type WorkKind = "bulk_classification" | "bulk_extraction" | "bulk_routing" | "chat" | "code_boilerplate" | "code_debug" | "code_review" | "computer_use" | "hard_reasoning" | "planning" | "research" | "rewrite" | "terminal_agent" | "tool_agent" | "worker_step";

/**
 * Limits of time and repetition of a call.
 */
export interface CallLimits {
    /**
     * Attempts of one rung after the first.
     */
    maxRetries?: number;
    /**
     * From sending to the status line.
     */
    connectTimeoutMs?: number;
    /**
     * From sending to the first content.
     */
    firstContentTimeoutMs?: number;
    /**
     * From content to content; comments that keep the connection open do not count.
     */
    idleTimeoutMs?: number;
    /**
     * From the first attempt to the end of the call.
     */
    totalTimeoutMs?: number;
    /**
     * The longest wait a server may ask for before the call ends instead.
     */
    maxRetryAfterMs?: number;
}

/**
 * Limits, and the ledger under them.
 *
 * # Examples
 *
 * ```
 * use farebox_core::budget::{Budget, Limit, Window};
 * use farebox_core::money::Pusd;
 * use farebox_core::time::Timestamp;
 *
 * let now = Timestamp::from_ms(1_795_305_600_000);
 * let mut budget = Budget::new(vec![Limit::hard(Window::Day, Pusd::parse("1")?)]);
 * let hold = budget.hold(Pusd::parse("0.8")?, now)?;
 * assert!(budget.hold(Pusd::parse("0.3")?, now).is_err());
 * budget.settle(hold, Pusd::parse("0.1")?);
 * assert_eq!(budget.left(now), Some(Pusd::parse("0.9")?));
 * # Ok::<(), farebox_core::error::Error>(())
 * ```
 */
export interface Budget {
    /**
     * What may be spent; every limit holds by itself.
     */
    limits?: Limit[];
    ledger?: unknown;
}

/**
 * Models in order of strength, from least to most: what routing chooses among.
 */
export interface Ladder {
    /**
     * Its name, such as `gpt-5.4`.
     */
    name: string;
    /**
     * Its models, from the least to the strongest.
     */
    rungs: ModelId[];
}

/**
 * Models whose vocabularies are wanted: the policy's ladder and one more.
 */
export interface EncodingsInput {
    /**
     * Whose ladder; the catalogue's first when absent.
     */
    policy?: PolicyInput;
    /**
     * A model beside the ladder.
     */
    model?: ModelId;
}

/**
 * Money held for one call that has not been settled.
 */
export interface Hold {
    /**
     * Its name.
     */
    id: HoldId;
    /**
     * How much.
     */
    amount: Pusd;
    /**
     * Since when.
     */
    at: Timestamp;
}

/**
 * Names money held for one call.
 */
export type HoldId = number;

/**
 * Names one attempt within its call, counted from zero.
 */
export type AttemptId = number;

/**
 * Names one call of a run, or one check by the caller, counted from zero.
 */
export type RunCallId = number;

/**
 * One HTTP exchange of a call.
 */
export interface Attempt {
    /**
     * Names it within the call.
     */
    id: AttemptId;
    /**
     * The model asked.
     */
    model: ModelId;
    /**
     * The effort asked for.
     */
    effort?: Effort;
    /**
     * The lane it ran in.
     */
    serviceTier: ServiceTier;
    /**
     * When it was sent.
     */
    sentAt: Timestamp;
    /**
     * When its first content came.
     */
    firstContentAt?: Timestamp;
    /**
     * When it ended.
     */
    endedAt: Timestamp;
    /**
     * The HTTP status, if one came.
     */
    status?: number;
    /**
     * The provider's id of the exchange, to quote to its support.
     */
    requestId?: string;
    /**
     * Why it failed, if it did.
     */
    error?: Error;
    /**
     * Why its answer was not accepted, if it came whole and was not.
     */
    refused?: string;
    /**
     * Whether its answer only served to judge another's.
     */
    onlyChecks?: boolean;
    /**
     * What is known of its bill.
     */
    billing: Billing;
}

/**
 * One attempt of a run, and whose it was.
 */
export interface RunAttempt {
    /**
     * The call.
     */
    call: RunCallId;
    /**
     * What the call was for.
     */
    role: RunRole;
    /**
     * The step it belonged to, if it belonged to one.
     */
    step?: string;
    /**
     * The attempt.
     */
    attempt: Attempt;
}

/**
 * One change of the caller's wishes, and what would have been chosen under it.
 */
export interface Otherwise {
    /**
     * The change.
     */
    change: Change;
    /**
     * The choice.
     */
    chosen: Arm;
    /**
     * Both as a clause, such as "gpt-5.4 if stakes were high".
     */
    message: string;
}

/**
 * One event, as the standard dispatches it.
 */
export interface SseEvent {
    /**
     * Its type: `message` where the stream names none.
     */
    event: string;
    /**
     * Its data, lines joined by line feeds.
     */
    data: string;
    /**
     * The last id the stream has given, empty when none.
     */
    id?: string;
}

/**
 * One model of a plan.
 */
export interface Rung {
    /**
     * The model at an effort.
     */
    arm: Arm;
    /**
     * The format it is asked in.
     */
    api: Api;
    /**
     * The lane it runs in.
     */
    serviceTier: ServiceTier;
    /**
     * The most tokens its answer may take.
     */
    maxOutputTokens?: number;
    /**
     * The most one attempt at it can cost; absent when nobody published a price.
     */
    worstCase?: Pusd;
}

/**
 * One reason, for people and for programs.
 */
export interface Reason {
    /**
     * A stable word.
     */
    code: ReasonCode;
    /**
     * A clause, such as "holds 400000 tokens, the request needs 412233".
     */
    message: string;
    /**
     * The numbers in it; each key ends in its unit.
     */
    numbers?: Record<string, number>;
}

/**
 * One source of prompts and one pair of models.
 */
export interface Cell {
    /**
     * Where the prompts come from.
     */
    source: string;
    /**
     * The stronger model.
     */
    strong: string;
    /**
     * The weaker model.
     */
    weak: string;
    /**
     * How many prompts.
     */
    prompts: number;
    /**
     * How often the stronger model is right.
     */
    strongPpm: number;
    /**
     * How often the weaker model is right.
     */
    weakPpm: number;
    /**
     * Before any outcome is known.
     */
    cold: Curve;
    /**
     * By prompt length alone.
     */
    length: Curve;
    /**
     * By chance.
     */
    chance: Curve;
    /**
     * By an oracle that knows both outcomes of every prompt.
     */
    oracle: Curve;
    /**
     * How many of the two cold nine-in-ten intervals hold the true rate.
     */
    intervalsHeld: number;
    /**
     * After each number of labelled outcomes, scored on the rest.
     */
    labelled: Labelled[];
}

/**
 * One step of a [`WorkPlan`].
 */
export interface WorkStep {
    /**
     * Its name, of its own within the run.
     */
    id: string;
    /**
     * The kind of work, which decides how it is routed.
     */
    kind: WorkKind;
    /**
     * What is to be done, complete in itself.
     */
    instruction: string;
    /**
     * What it is given: names of materials, of earlier steps whose results it needs, or
     * [`GOAL`](Self::GOAL).
     */
    inputs?: string[];
    /**
     * Steps that must be done before, though it is not given their results.
     */
    after?: string[];
    /**
     * What makes a result acceptable, in words a checker can apply to the result alone.
     */
    acceptance?: string;
}

/**
 * One thing that happened in a run.
 */
export type RunEvent = { at: Timestamp; spent: Pusd } & RunEventKind;

/**
 * One thing that happened, and the attempt it belongs to.
 */
export type Event = { attempt: AttemptId } & EventKind;

/**
 * One thing that happens at a moment.
 */
export interface ScriptStep {
    /**
     * When.
     */
    at: Timestamp;
    /**
     * What.
     */
    input: Input;
}

/**
 * One thing that happens to a run.
 */
export interface Moment {
    /**
     * When.
     */
    at: Timestamp;
    /**
     * What; absent when the host crashes here and goes on from the saved state.
     */
    input?: RunInput;
}

/**
 * One thing the machine told the host to do, and when.
 */
export interface Told {
    /**
     * When.
     */
    at: Timestamp;
    /**
     * What.
     */
    action: Action;
}

/**
 * One turn of a conversation.
 */
export interface Message {
    /**
     * Who speaks.
     */
    role: Role;
    /**
     * The speaker's name, where the provider takes one.
     */
    name?: string;
    /**
     * What is said, in order.
     */
    content: Part[];
}

/**
 * Parts of a prompt that are counted apart.
 */
export type CountPartKind = "audio" | "files" | "framing" | "hosted_tools" | "images" | "reasoning" | "schema" | "text" | "tool_history" | "tools";

/**
 * Prices in one of the provider's lanes.
 */
export interface Lane {
    /**
     * Prices of the classes of tokens; an absent class falls back as [`TokenClass`] is priced.
     */
    rates: Partial<Record<TokenClass, Rate>>;
    /**
     * Prices of the whole request once its input is longer than a threshold, lowest first.
     */
    above?: Threshold[];
}

/**
 * Prices of a whole request whose input is longer than a number of tokens.
 */
export interface Threshold {
    /**
     * Strictly more input tokens than this, cached ones included, take these prices.
     */
    inputTokens: number;
    /**
     * The prices, for every token of the request.
     */
    rates: Partial<Record<TokenClass, Rate>>;
}

/**
 * Prices that hold from a day on, until the next sheet begins.
 */
export interface PriceSheet {
    /**
     * The first day they hold; absent when they held from the model's first day.
     */
    from?: Day;
    /**
     * Prices in each of the provider's lanes; a lane that is absent is not offered.
     */
    lanes: Partial<Record<ServiceTier, Lane>>;
    /**
     * What holding the request to a region adds, in parts per million of the price.
     */
    regionalUpliftPpm?: number;
    /**
     * What one call of a tool the provider runs costs, beside its tokens; as a rate, dollars for
     * a million calls.
     */
    toolFees?: Partial<Record<HostedTool, Rate>>;
    /**
     * Where the prices come from, when not from where the model's other facts do.
     */
    source?: string;
}

/**
 * Providers, models and ladders.
 */
export interface Catalog {
    /**
     * The newest day any of it was compared with its source.
     */
    checkedOn: Day;
    /**
     * Who answers.
     */
    providers: Provider[];
    /**
     * Models; no name appears twice.
     */
    models: Model[];
    /**
     * Ladders; the first is the default.
     */
    ladders: Ladder[];
}

/**
 * Something a model takes, gives or can do.
 */
export type Ability = "audio_input" | "audio_output" | "file_input" | "image_input" | "parallel_tools" | "streaming" | "structured_output" | "tools";

/**
 * Something the caller should know, with a stable word for programs.
 */
export interface Notice {
    /**
     * The word.
     */
    code: NoticeCode;
    /**
     * The sentence.
     */
    message: string;
}

/**
 * Something the model may call.
 */
export type Tool = { type: "function"; name: string; description?: string; parameters?: unknown; strict?: boolean } | { type: "hosted"; kind: HostedTool; settings?: Record<string, unknown> };

/**
 * Steps towards a goal, in the planner's order.
 */
export interface WorkPlan {
    /**
     * The steps.
     */
    steps: WorkStep[];
    /**
     * The final answer itself, where the goal needs no steps.
     */
    answer?: string;
}

/**
 * Structural weights of a workload, or of one arm on it, and how well they have forecast.
 */
export interface Head {
    /**
     * Outcomes learned from.
     */
    outcomes: number;
    /**
     * Weights on the logit scale, in millionths.
     */
    weightsMicro: number[];
    /**
     * Their variances, in millionths.
     */
    variancesMicro: number[];
    /**
     * Logarithmic loss of the plain rate, the structural and the worded forecast, in thousandths;
     * kept by what all arms share.
     */
    lossesMilli?: number[];
    /**
     * What hashed words say, where that is kept.
     */
    words?: Words;
}

/**
 * Successes and failures, fading with time.
 */
export interface Tally {
    /**
     * Successes, in thousandths, as of `at`.
     */
    goodMilli: number;
    /**
     * Failures, in thousandths, as of `at`.
     */
    badMilli: number;
    /**
     * The moment the counts are faded to.
     */
    at: Timestamp;
}

/**
 * The arm a piece of work is on.
 */
export interface Thread {
    /**
     * When it last decided.
     */
    at: Timestamp;
    /**
     * The arm.
     */
    arm: Arm;
}

/**
 * The bill of a call beside its estimate.
 */
export interface Receipt {
    /**
     * The model whose answer was taken, if one was.
     */
    model?: ModelId;
    /**
     * What all attempts together used, as far as it was reported.
     */
    usage: Usage;
    /**
     * What they cost, as far as it was reported.
     */
    cost: Pusd;
    /**
     * What attempts whose bill is not known may have cost beside that.
     */
    unsettled?: Pusd;
    /**
     * What the call was estimated to cost.
     */
    estimate?: CostRange;
    /**
     * How far the counted prompt was from the reported one: counted less reported, tokens.
     */
    inputErrorTokens?: number;
    /**
     * What the same usage would have cost on the baseline.
     */
    baseline?: Baseline;
    /**
     * Every attempt, failed ones too.
     */
    attempts: Attempt[];
}

/**
 * The caller's wishes; every field has a sensible default.
 */
export interface Policy {
    /**
     * Which rung to prefer when nothing is known.
     */
    preset?: Preset;
    /**
     * Models to choose among, from the least to the strongest; empty means the catalogue's first
     * ladder.
     */
    ladder?: ModelId[];
    /**
     * What to do with a model the request names.
     */
    namedModel?: NamedModel;
    /**
     * What a wrong answer costs, in a word, unless the request says otherwise.
     */
    stakes?: Stakes;
    /**
     * What a wrong answer costs, in dollars; over the word.
     */
    failureCost?: Pusd;
    /**
     * What a second of waiting costs, in dollars.
     */
    secondCost?: Pusd;
    /**
     * The longest an answer may be expected to take.
     */
    latencyBudgetMs?: number;
    /**
     * The most one call may cost in its worst case.
     */
    maxCost?: Pusd;
    /**
     * What is left of the caller's budget; the worst case of one call must fit in it.
     */
    budgetLeft?: Pusd;
    /**
     * The only models to choose, where not empty.
     */
    allow?: ModelId[];
    /**
     * Models never to choose.
     */
    deny?: ModelId[];
    /**
     * Providers the caller holds keys of, where not empty; models of others cannot be asked.
     */
    providers?: ProviderId[];
    /**
     * The region the request must be processed in, such as `eu`.
     */
    region?: string;
    /**
     * Output tokens to keep room for when the request sets no limit.
     */
    reserveOutputTokens?: number;
    /**
     * How much may be spent on trying what is not known to be best.
     */
    explore?: Explore;
    /**
     * Ways to check an answer that the call may use.
     */
    checks?: Checks;
}

/**
 * The classes of tokens that are priced apart.
 */
export type TokenClass = "audio_input" | "audio_output" | "cache_read" | "cache_write" | "cache_write_long" | "image_input" | "image_output" | "input" | "output" | "reasoning";

/**
 * The closed set of failure classes.
 */
export type ErrorKind = "authentication" | "cancelled" | "connection" | "content_filtered" | "context_overflow" | "invalid_catalog" | "invalid_policy" | "invalid_request" | "malformed_response" | "no_candidate" | "over_budget" | "permission" | "provider_rejected" | "provider_unavailable" | "rate_limited" | "timeout" | "unknown_model";

/**
 * The form an answer must have.
 */
export type OutputFormat = { type: "json_object" } | { type: "json_schema"; name: string; description?: string; schema: unknown; strict?: boolean } | { type: "text" };

/**
 * The provider's lane a request runs in; never to be confused with a tier, a class of models.
 */
export type ServiceTier = "batch" | "flex" | "priority" | "standard" | "ultrafast";

/**
 * The size of a picture.
 */
export interface PixelSize {
    /**
     * Pixels from left to right.
     */
    width: number;
    /**
     * Pixels from top to bottom.
     */
    height: number;
}

/**
 * The tokens of a text.
 */
export interface Tokens {
    /**
     * How many.
     */
    count: number;
    /**
     * Their ranks, in order.
     */
    tokens: number[];
}

/**
 * Tokens an answer will probably take.
 */
export interface OutputForecast {
    /**
     * All of them, as billed.
     */
    tokens: TokenRange;
    /**
     * Those of them that are reasoning.
     */
    reasoning: TokenRange;
    /**
     * Why the range is as wide as it is.
     */
    why: string[];
}

/**
 * Tokens and tool calls of one answer, each in exactly one class.
 */
export interface Usage {
    /**
     * Tokens by class; a class that is absent has none.
     */
    tokens?: Partial<Record<TokenClass, number>>;
    /**
     * Calls of tools the provider ran itself.
     */
    toolCalls?: Partial<Record<HostedTool, number>>;
}

/**
 * Tokens of a prompt, with their parts and how they are known.
 */
export interface InputCount {
    /**
     * How many.
     */
    tokens: TokenRange;
    /**
     * How they are known.
     */
    basis: Basis;
    /**
     * Where they come from; the expected tokens of the parts add up to the whole.
     */
    parts: CountPart[];
}

/**
 * Tokens of one part of a prompt.
 */
export interface CountPart {
    /**
     * Which part.
     */
    kind: CountPartKind;
    /**
     * Its tokens, as expected.
     */
    tokens: number;
}

/**
 * Tools that providers run themselves.
 */
export type HostedTool = "apply_patch" | "code_interpreter" | "computer_use" | "file_search" | "image_generation" | "mcp" | "other" | "shell" | "skills" | "tool_search" | "web_fetch" | "web_search";

/**
 * Ways to check an answer before it is accepted.
 */
export interface Checks {
    /**
     * Hold the answer against the request's schema, where it has one.
     */
    schema?: boolean;
    /**
     * Hold tool calls against the request's tools, where it has some.
     */
    toolCalls?: boolean;
    /**
     * Ask a second cheap model and accept what both say; only for answers that can be compared,
     * such as numbers, choices and JSON.
     */
    agreement?: boolean;
    /**
     * Accept an answer where at every token the one chosen lies at least so far before the likeliest
     * other, as a difference of probabilities in parts per million; for answers of few tokens, where
     * the request asks for two or more `top_logprobs`.
     */
    marginPpm?: number;
    /**
     * The caller's own function, and how well it tells good answers from bad ones.
     */
    caller?: Verifier;
}

/**
 * What a [`Notice`] is about.
 */
export type NoticeCode = "cheaper_model" | "long_context_price" | "shut_down" | "shut_down_soon" | "unpriced" | "unknown_model";

/**
 * What a call is made for.
 */
export type RunRole = "planner" | "worker" | "verifier";

/**
 * What a call will try, in order.
 */
export interface Plan {
    /**
     * Models in the order they are tried: the chosen one, then where to go when it fails. Holds
     * every model that `verify` names.
     */
    rungs: Rung[];
    /**
     * How the answer is checked before it is accepted.
     */
    verify?: Verify;
    /**
     * The most the whole call can cost, every attempt billed; absent when nobody published a
     * price of the named model.
     */
    worstCase?: Pusd;
    /**
     * Limits of time and repetition.
     */
    limits: CallLimits;
}

/**
 * What a request costs everywhere, who should answer it, and what the call will try.
 */
export interface Quote {
    /**
     * One estimate a model: the ladder from the least to the strongest, then the model the request
     * names, when it is not on it.
     */
    estimates: Estimate[];
    /**
     * The model that should answer, and why.
     */
    decision: Decision;
    /**
     * What the call will try, in order.
     */
    plan: Plan;
}

/**
 * What a run cost; the sums are those of its attempts.
 */
export interface RunReceipt {
    /**
     * What all attempts cost, as far as it was reported.
     */
    cost: Pusd;
    /**
     * What may have been billed beside that: attempts whose bill is not known, and calls that
     * were lost in a crash or never reported back.
     */
    unsettled?: Pusd;
    /**
     * The same by role.
     */
    roles: Partial<Record<RunRole, RoleReceipt>>;
    /**
     * Every attempt of every call, failed and cancelled ones too, in the order they were settled.
     */
    attempts: RunAttempt[];
    /**
     * What was said before, if it was asked.
     */
    quote?: RunQuote;
}

/**
 * What a run did.
 */
export interface Transcript {
    /**
     * What it asked for: at first, and after each thing that happened, up to and with the `wait`.
     */
    steps: RunAction[][];
    /**
     * How it ended, if it did.
     */
    outcome?: RunOutcome;
}

/**
 * What a run will cost, and what the same goal would cost without one.
 */
export interface RunQuote {
    /**
     * The whole run.
     */
    cost: CostRange;
    /**
     * Its parts by role.
     */
    roles: Partial<Record<RunRole, CostRange>>;
    /**
     * How many steps were reckoned with.
     */
    steps: StepRange;
    /**
     * The model that would do it alone.
     */
    aloneModel: ModelId;
    /**
     * What it would cost there: one call that reads the goal and every material.
     */
    alone: CostRange;
    /**
     * Whether the split pays, as far as prices and evidence tell.
     */
    verdict: SplitVerdict;
    /**
     * Why, the weightiest reason first.
     */
    reasons: string[];
}

/**
 * What a tool gave back.
 */
export interface ToolOutput {
    /**
     * Ties it to the call.
     */
    callId: string;
    /**
     * What it gave back, as text.
     */
    output: string;
    /**
     * Whether the tool failed.
     */
    isError?: boolean;
}

/**
 * What a usage costs, part by part.
 */
export interface Cost {
    /**
     * The sum of the parts.
     */
    total: Pusd;
    /**
     * What each class of tokens costs.
     */
    tokens: TokenCost[];
    /**
     * What calls of the provider's tools cost.
     */
    toolFees?: Pusd;
    /**
     * What holding the request to a region adds.
     */
    regionalUplift?: Pusd;
    /**
     * The lane it was priced in.
     */
    serviceTier: ServiceTier;
    /**
     * The threshold whose prices applied, if one did.
     */
    aboveInputTokens?: number;
    /**
     * The first day of the price sheet, where it has one.
     */
    sheetFrom?: Day;
}

/**
 * What a wrong answer costs, from least to most.
 */
export type Stakes = "low" | "normal" | "high" | "critical";

/**
 * What always choosing one arm would have given, estimated from logged decisions.
 */
export interface LoggedArm {
    /**
     * The arm, as one word.
     */
    arm: string;
    /**
     * Judged decisions that chose it.
     */
    decisions: number;
    /**
     * How many evenly weighted decisions they are worth.
     */
    effectiveDecisions: number;
    /**
     * Share of the judged decisions in which it had a chance.
     */
    possiblePpm: number;
    /**
     * Its success on all logged traffic; absent where it had no chance in more than a twentieth.
     */
    success?: OffPolicy;
    /**
     * What one answer cost, where that was logged.
     */
    cost?: Pusd;
}

/**
 * What became of a step.
 */
export interface StepReport {
    /**
     * Its name.
     */
    id: string;
    /**
     * The kind of work.
     */
    kind: WorkKind;
    /**
     * The plan it is from, counted from zero.
     */
    plan: number;
    /**
     * What it waited for: steps only.
     */
    waitedFor: string[];
    /**
     * How far it came.
     */
    status: StepStatus;
    /**
     * The rung it ended on, counted from zero.
     */
    rung: number;
    /**
     * Calls made to do it and to look at it.
     */
    calls: number;
    /**
     * The model whose answer was taken.
     */
    model?: ModelId;
    /**
     * What was said of the result that was taken; absent when nobody looked.
     */
    accepted?: boolean;
    /**
     * The result.
     */
    answer?: string;
    /**
     * Why it failed, or last failed before it was dropped.
     */
    error?: Error;
    /**
     * What its calls cost, as far as it was reported.
     */
    cost: Pusd;
    /**
     * When its first call was asked for.
     */
    startedAt?: Timestamp;
    /**
     * When it was done or given up.
     */
    endedAt?: Timestamp;
}

/**
 * What happened, as the host saw it. Exhaustive on purpose.
 */
export type Input = { type: "body"; attempt: AttemptId; bytes: string | number[] } | { type: "cancel" } | { type: "deferred"; attempt: AttemptId; until: Timestamp } | { type: "end"; attempt: AttemptId } | { type: "head"; attempt: AttemptId; status: number; headers: [string, string][] } | { type: "lost"; attempt: AttemptId; message: string; unsent: boolean } | { type: "tick" } | { type: "verdict"; attempt: AttemptId; refused?: string };

/**
 * What happened, as the host saw it. Exhaustive on purpose.
 */
export type RunInput = { type: "cancel" } | { type: "checked"; check: RunCallId; accepted: boolean; reason?: string } | { type: "finished"; call: RunCallId; outcome: Outcome } | { type: "quoted"; call: RunCallId; worstCase: Pusd } | { type: "tick" };

/**
 * What happened.
 */
export type EventKind = { type: "annotation"; value: unknown } | { type: "attempt_failed"; error: Error } | { type: "continued"; by: AttemptId } | { type: "judging"; answer: Answer } | { type: "reasoning_delta"; text: string } | { type: "refused"; reason: string } | { type: "refusal_delta"; text: string } | { type: "started"; model: ModelId; effort?: Effort } | { type: "superseded"; by: AttemptId } | { type: "text_delta"; text: string } | { type: "tool_call_delta"; index: number; arguments: string } | { type: "tool_call_started"; index: number; callId: string; name: string } | { type: "waiting"; until: Timestamp; error: Error };

/**
 * What happened.
 */
export type RunEventKind = { type: "answer_started" } | { type: "planned"; plan: number; steps: WorkStep[] } | { type: "plan_started"; plan: number; because?: Error } | { type: "step_checked"; step: string; call: RunCallId; accepted: boolean; reason?: string } | { type: "step_done"; step: string; model?: ModelId; checked: boolean } | { type: "step_escalated"; step: string; rung: number; because: Error } | { type: "step_failed"; step: string; error: Error } | { type: "step_retried"; step: string; because: Error } | { type: "step_skipped"; step: string } | { type: "step_started"; step: string; call: RunCallId; rung: number; retry: number } | { type: "stopping"; error: Error };

/**
 * What happens at a limit.
 */
export type Force = "hard" | "soft";

/**
 * What is known of an attempt's bill.
 */
export type Billing = { type: "free" } | { type: "reported"; usage: Usage; cost?: Cost } | { type: "unknown"; worstCase?: Pusd };

/**
 * What is known of one workload.
 */
export interface KnownWorkload {
    /**
     * When it was last used.
     */
    at: Timestamp;
    /**
     * Outcomes by arm.
     */
    arms: Record<string, Tally>;
    /**
     * Centre and spread of its prompts' features.
     */
    moments?: Moments;
    /**
     * What the outside of its prompts says of every arm.
     */
    shared?: Head;
    /**
     * What it says of one arm beyond that.
     */
    heads?: Record<string, Head>;
}

/**
 * What is known of the caller's workloads; nothing when absent.
 */
export type PosteriorInput = Posterior;

/**
 * What is known of workloads from their outcomes.
 *
 * As JSON it is a blob of a stated version: keep it where the application keeps its state, and
 * hand it in again. It holds counts and hashes, never words of a prompt.
 *
 * # Examples
 *
 * ```
 * use farebox_core::route::Posterior;
 *
 * let blob = Posterior::default().to_json()?;
 * assert_eq!(Posterior::parse(&blob)?, Posterior::default());
 * # Ok::<(), farebox_core::error::Error>(())
 * ```
 */
export interface Posterior {
    /**
     * The version of this shape.
     */
    version: number;
    /**
     * How long it takes an outcome to lose half its weight; zero for never.
     */
    halfLifeMs: number;
    /**
     * Whether hashed words of prompts are counted too: 32 kB for each arm of a workload, and
     * of use only on workloads of hundreds of outcomes.
     */
    words?: boolean;
    /**
     * Decisions recorded so far.
     */
    decisions: number;
    /**
     * What they were expected to cost together.
     */
    spent: Pusd;
    /**
     * What those of them were expected to cost that tried what was not known to be best.
     */
    explored: Pusd;
    /**
     * Outcomes of arms at each kind of work; those of work of no known kind stand under `any`.
     */
    kinds: Record<string, Record<string, Tally>>;
    /**
     * How often checks accepted good answers and bad ones, at each kind of work.
     */
    checks?: Record<string, Record<string, Tally>>;
    /**
     * What is known of each workload.
     */
    workloads: Record<string, KnownWorkload>;
    /**
     * How fast arms answer.
     */
    speeds: Record<string, Speed>;
    /**
     * Decisions whose outcome is not known yet, by id.
     */
    pending: Record<string, Pending>;
    /**
     * The arm each piece of work is on, by the hash of its name.
     */
    threads: Record<string, Thread>;
}

/**
 * What is wanted, and what there is to work on.
 */
export interface Goal {
    /**
     * The request whose answer is wanted; its output format is that of the final answer.
     */
    request: Request;
    /**
     * Pieces that steps can be given by name, so that no worker reads more than it needs. The
     * planner sees their names, sizes and descriptions, not their text.
     */
    materials?: Material[];
}

/**
 * What one request will use and cost on one model.
 */
export interface Estimate {
    /**
     * The model.
     */
    model: ModelId;
    /**
     * The format it would be asked in.
     */
    api: Api;
    /**
     * The effort it would be asked for, where it reasons.
     */
    effort?: Effort;
    /**
     * The lane it was priced in.
     */
    serviceTier: ServiceTier;
    /**
     * Tokens of the prompt.
     */
    input: InputCount;
    /**
     * Tokens of the answer, reasoning included.
     */
    output: OutputForecast;
    /**
     * What it will cost; absent when nobody published a price.
     */
    cost?: CostRange;
    /**
     * What the caller should know of this model, this day.
     */
    notices?: Notice[];
}

/**
 * What one role cost.
 */
export interface RoleReceipt {
    /**
     * Calls asked for.
     */
    calls: number;
    /**
     * Attempts of those calls.
     */
    attempts: number;
    /**
     * What they used, as far as it was reported.
     */
    usage: Usage;
    /**
     * What that cost.
     */
    cost: Pusd;
    /**
     * What may have been billed beside that.
     */
    unsettled?: Pusd;
}

/**
 * What replaying outcomes showed.
 */
export interface Report {
    /**
     * One for each source and pair of models, in the order they first appear.
     */
    cells: Cell[];
    /**
     * One for each pair of models over all its sources, keyed by label.
     */
    streams: Online[];
    /**
     * One for each arm of the logged decisions.
     */
    logged: LoggedArm[];
}

/**
 * What so many labelled outcomes made of a cell; means over the draws.
 */
export interface Labelled {
    /**
     * How many were learned from.
     */
    labels: number;
    /**
     * Share of the gap closed on the rest, where there is a gap.
     */
    apgrPpm?: number;
    /**
     * Share of prompts at which half of the gap is closed.
     */
    cpt50Ppm?: number;
    /**
     * Share of prompts at which four fifths of the gap are closed.
     */
    cpt80Ppm?: number;
    /**
     * Mean squared error of the weaker model's forecast on the rest, less that of the rest's own
     * true mean.
     */
    excessBrierPpm: number;
}

/**
 * What the caller wants of a choice; defaults when absent.
 */
export type PolicyInput = Policy;

/**
 * What the host is to do next. Exhaustive on purpose: a host that forgets one does not compile.
 */
export type Action = { type: "abort"; attempt: AttemptId } | { type: "emit"; event: Event } | { type: "finish"; outcome: Outcome } | { type: "receive"; attempt: AttemptId; until: Timestamp } | { type: "send"; attempt: AttemptId; request: HttpRequest } | { type: "sleep"; until: Timestamp };

/**
 * What the host is to do next. Exhaustive on purpose: a host that forgets one does not compile.
 */
export type RunAction = { type: "call"; call: RunCallId; role: RunRole; step?: string; key: string; request: Request; policy: Policy; deadline: Timestamp } | { type: "check"; check: RunCallId; step: string; acceptance?: string; answer: Answer } | { type: "emit"; event: RunEvent } | { type: "finish"; outcome: RunOutcome } | { type: "stop"; call: RunCallId } | { type: "wait"; until: Timestamp };

/**
 * What the router cannot read from the text.
 */
export interface Hints {
    /**
     * The caller's name for requests of this sort; outcomes are learned by it.
     */
    workload?: string;
    /**
     * The kind of work.
     */
    kind?: WorkKind;
    /**
     * What a wrong answer costs, in a word; over the policy's.
     */
    stakes?: Stakes;
    /**
     * Ties the calls of one piece of work together, so that its model changes only upward.
     */
    thread?: string;
    /**
     * Input tokens of this prompt that are probably in a model's prompt cache now.
     */
    cachedTokens?: number;
}

/**
 * What the same usage would have cost elsewhere.
 */
export interface Baseline {
    /**
     * The model compared with.
     */
    model: ModelId;
    /**
     * The cost there.
     */
    cost: Pusd;
    /**
     * That cost less what was paid; negative when the baseline would have been cheaper.
     */
    saving: PusdDelta;
}

/**
 * What the tokens of one class cost.
 */
export interface TokenCost {
    /**
     * The class.
     */
    class: TokenClass;
    /**
     * How many.
     */
    tokens: number;
    /**
     * The price of one.
     */
    rate: Rate;
    /**
     * Their price together.
     */
    cost: Pusd;
}

/**
 * What to ask a model, in no provider's format.
 */
export interface Request {
    /**
     * The model the caller names; whether it binds is the policy's word.
     */
    model?: ModelId;
    /**
     * Instructions that stand before the conversation.
     */
    instructions?: string;
    /**
     * The conversation so far, oldest first.
     */
    conversation?: Message[];
    /**
     * Tools the model may call.
     */
    tools?: Tool[];
    /**
     * Whether, and which, tools are to be called.
     */
    toolChoice?: ToolChoice;
    /**
     * Whether one answer may hold several tool calls.
     */
    parallelToolCalls?: boolean;
    /**
     * The form the answer must have.
     */
    output?: OutputFormat;
    /**
     * The most tokens the answer may take, reasoning included.
     */
    maxOutputTokens?: number;
    /**
     * How hard the model should think.
     */
    effort?: Effort;
    /**
     * The provider's lane to run in.
     */
    serviceTier?: ServiceTier;
    /**
     * Sampling temperature, in thousandths: 700 is 0.7.
     */
    temperatureMilli?: number;
    /**
     * Nucleus sampling mass, in thousandths: 900 is 0.9.
     */
    topPMilli?: number;
    /**
     * How many of the likeliest tokens are told at every place of the answer, with their
     * probabilities; Anthropic's models tell none.
     */
    topLogprobs?: number;
    /**
     * Texts that end the answer.
     */
    stop?: string[];
    /**
     * Labels the provider stores with the answer.
     */
    metadata?: Record<string, string>;
    /**
     * An earlier answer that the provider holds and this request continues.
     */
    previousResponseId?: string;
    /**
     * A key that keeps requests with a common prefix on one prompt cache.
     */
    promptCacheKey?: string;
    /**
     * What the router cannot read from the text.
     */
    hints?: Hints;
    /**
     * The body this request was parsed from, sent as it stands to a provider of its format.
     */
    native?: NativeBody;
}

/**
 * What to do when a stream breaks after some of it was delivered.
 */
export type Restart = "continue" | "fail" | "restart";

/**
 * What to do with a model the request names.
 */
export type NamedModel = "reroute" | "respect";

/**
 * When the pieces of an answer that is still to be checked are handed on.
 */
export type Release = "accepted" | "at_once";

/**
 * When, in which lane and where a usage is priced.
 */
export interface Terms {
    /**
     * The moment, which picks the price sheet.
     */
    at?: Timestamp;
    /**
     * The provider's lane.
     */
    serviceTier?: ServiceTier;
    /**
     * Whether the request is held to a region.
     */
    regional?: boolean;
}

/**
 * Where a provider's endpoint is and how it wants the key.
 */
export interface Provider {
    /**
     * Its short name.
     */
    id: ProviderId;
    /**
     * The address that paths of its API are appended to, such as `https://api.openai.com/v1`.
     */
    baseUrl: string;
    /**
     * How the host adds the key.
     */
    auth: AuthScheme;
    /**
     * The environment variable that holds the key by custom.
     */
    keyVariable: string;
    /**
     * Formats it answers, the preferred one first.
     */
    apis: Api[];
}

/**
 * Where a run must stop.
 */
export interface RunLimits {
    /**
     * Calls under way at one time; at least one.
     */
    maxParallel?: number;
    /**
     * Steps of all plans together; at least one.
     */
    maxSteps?: number;
    /**
     * Steps in the longest chain in which each waits for the one before; at least one.
     */
    maxDepth?: number;
    /**
     * Repetitions of a step on one rung before it escalates, and of the final answer.
     */
    maxRetries?: number;
    /**
     * Plans after the first, asked for because a step failed or a plan could not be read.
     */
    maxReplans?: number;
    /**
     * The most the whole run may cost; absent means no limit.
     */
    maxCost?: Pusd;
    /**
     * From asking for a call, or for the caller's check, to giving it up.
     */
    callTimeoutMs?: number;
    /**
     * From the start to the end of the run; time between a crash and its resumption is not
     * counted.
     */
    totalTimeoutMs?: number;
}

/**
 * Where the bytes of a picture, a sound or a document are.
 */
export type Source = { type: "base64"; mediaType: string; data: string } | { type: "file_id"; id: string } | { type: "url"; url: string };

/**
 * Whether splitting work between a planner and workers pays.
 */
export type SplitVerdict = "no" | "unclear" | "yes";

/**
 * Whether, and which, tools are to be called.
 */
export type ToolChoice = { type: "auto" } | { type: "none" } | { type: "required" } | { type: "tool"; name: string };

/**
 * Which rung to prefer when nothing is known of the workload.
 */
export type Preset = "balanced" | "bulk" | "economy" | "risk";

/**
 * Who does which part of a run, and where it must stop.
 */
export interface RunSettings {
    /**
     * How the planner's calls are routed: the plan, its revisions and the final answer.
     */
    planner?: Policy;
    /**
     * How a step is routed: at first, and after each escalation. As many as there are, as often
     * a step may be moved up, less one.
     */
    workers?: Policy[];
    /**
     * How the verifier's calls are routed.
     */
    verifier?: Policy;
    /**
     * Who looks at the result of a step before it is taken.
     */
    check?: StepCheck;
    /**
     * Names the workload of the run: outcomes of its steps are learned under this name, a slash
     * and the kind of the step.
     */
    workload?: string;
    /**
     * Names the run, so that a provider can tell a call that is made again after a crash; the
     * host draws it.
     */
    idempotencyKey?: string;
    /**
     * Where it must stop.
     */
    limits?: RunLimits;
}

/**
 * Who looks at the result of a step before it is taken.
 */
export type StepCheck = "caller" | "none" | "verifier";

/**
 * Who speaks in a [`Message`].
 */
export type Role = "assistant" | "developer" | "system" | "tool" | "user";

/**
 * Whose turn it is.
 */
export type Turn = { type: "go" } | { type: "wait"; until: Timestamp };

/**
 * Why a model was chosen or rejected.
 */
export type ReasonCode = "allow" | "api" | "budget" | "check" | "context_window" | "deny" | "effort" | "evidence" | "exploration" | "hosted_tool" | "input_limit" | "key_scope" | "latency" | "long_context" | "modality" | "named_model" | "output_limit" | "parallel_tools" | "preset" | "price" | "region" | "repetition" | "schema" | "service_tier" | "shut_down" | "stakes" | "sticky" | "tools" | "unknown_model" | "unpriced" | "work_kind";

/**
 * Why an answer stopped.
 */
export type Finish = "content_filter" | "length" | "other" | "stop" | "tool_calls";

/**
 * Why an operation failed, with what a program needs to act on it.
 */
export interface Error {
    /**
     * The class of the failure.
     */
    kind: ErrorKind;
    /**
     * One sentence: what is wrong, and what would be right.
     */
    message: string;
    /**
     * Numbers and names behind the message; each key of a number ends in its unit.
     */
    details?: Record<string, unknown>;
}

export interface Ledger {
    nextId?: number;
    holds?: Hold[];
    /**
     * What is settled, by the day its money was held on.
     */
    settled?: Record<Day, Pusd>;
    /**
     * What is settled from days that no window reaches any more.
     */
    before?: Pusd;
}


/**
 * A call on its way: after anything happened, poll until it says `receive`, `sleep` or `finish`.
 */
export class Call {
  private constructor();
  free(): void;
  [Symbol.dispose](): void;
  /**
   * Takes bytes of an attempt's body, cut anywhere.
   */
  body(attempt: number, bytes: Uint8Array | number[], now_ms: number): void;
  /**
   * Learns that the caller wants no more.
   */
  cancel(now_ms: number): void;
  /**
   * Learns that an attempt was not sent and will not be before a moment: the caller's own rate
   * limit has no room for it.
   */
  deferred(attempt: number, until_ms: number, now_ms: number): void;
  /**
   * Learns that an attempt's body ended as it should.
   */
  end(attempt: number, now_ms: number): void;
  /**
   * Takes an attempt's status and headers, each `name: value` on a line of its own.
   */
  head(attempt: number, status: number, headers: string, now_ms: number): void;
  /**
   * Learns that an attempt's connection failed or broke, and whether the request certainly never
   * reached the provider.
   */
  lost(attempt: number, message: string, unsent: boolean, now_ms: number): void;
  /**
   * What the host is to do now, in order: a list of `Action` as JSON text, of which only the last
   * is anything but an event for the caller. A piece of an answer is only its words, and a list
   * `[kind, attempt, index]` says of what the pieces after it are.
   */
  poll(now_ms: number): string;
  /**
   * What the call was quoted at: a `Quote` as JSON text.
   */
  quote(): string;
  /**
   * What the call cost, once it is over: a `Receipt` as JSON text. What was held for it and not
   * spent is free again.
   *
   * # Errors
   *
   * `invalid_request` while it is under way.
   */
  receipt(): string;
  /**
   * Learns that time has passed.
   */
  tick(now_ms: number): void;
  /**
   * Takes the caller's judgement of an answer that an event `judging` showed: why it may not be
   * accepted, or nothing.
   */
  verdict(attempt: number, refused: string | null | undefined, now_ms: number): void;
}

/**
 * The kernel with one catalogue.
 */
export class Kernel {
  free(): void;
  [Symbol.dispose](): void;
  /**
   * The budget with its ledger as it stands, as JSON text; nothing where none was set.
   */
  budget(): string | undefined;
  /**
   * Quotes a request and starts its call: the input is a `CallInput` as JSON text. Nothing is
   * sent yet. The decision is noted, so that its outcome can be observed.
   *
   * # Errors
   *
   * As the operation `quote`, and `invalid_request` when the plan cannot carry the request.
   */
  call(input: string): Call;
  /**
   * Holds the given catalogue, as JSON text, or the shipped one; and what is known of the
   * caller's workloads, as JSON text, or nothing.
   *
   * # Errors
   *
   * `invalid_catalog` when the text is no catalogue that holds together, `invalid_request` when
   * the other is no posterior.
   */
  constructor(catalog?: string | null, posterior?: string | null);
  /**
   * Learns how a decision turned out: an `Observation` as JSON text.
   *
   * # Errors
   *
   * `invalid_request` when no decision of this id awaits its outcome.
   */
  observe(decision: string, seen: string, now_ms: number): void;
  /**
   * What is known of the caller's workloads: a `Posterior` as JSON text.
   */
  posterior(): string;
  /**
   * Says what a whole run costs, what the strongest model alone would, and whether the split
   * pays: a `GoalInput` and a `RunQuote` as JSON text.
   *
   * # Errors
   *
   * As a quote has them, for any request of the run.
   */
  quoteRun(input: string): string;
  /**
   * Runs one of the operations on JSON text and returns JSON text.
   *
   * # Errors
   *
   * `invalid_request` for an operation there is none of or input that is not its own, else what
   * the operation itself says.
   */
  run(operation: string, input: string): string;
  /**
   * Holds every call to a budget from now on: a `Budget` as JSON text, with its ledger where it was
   * kept before.
   *
   * # Errors
   *
   * `invalid_request` when the text is no budget.
   */
  setBudget(budget: string): void;
  /**
   * Starts a run towards a goal: the input is a `GoalInput` as JSON text. Nothing is asked yet.
   *
   * # Errors
   *
   * `invalid_request` when the goal cannot be run, `invalid_policy` when the settings cannot.
   */
  startRun(input: string): Run;
}

/**
 * A text under edit and its exact count; every place in it is in UTF-16 units, as a page counts.
 */
export class LiveCount {
  free(): void;
  [Symbol.dispose](): void;
  /**
   * Where each token ends that ends in this range.
   *
   * A token that ends inside a character ends, as far as can be shown, before it.
   */
  boundaries(start: number, end: number): Uint32Array;
  /**
   * Counts a text that is going to be edited.
   *
   * # Errors
   *
   * `invalid_request` for an encoding there is none of, or whose vocabulary is not loaded.
   */
  constructor(text: string, encoding: Encoding);
  /**
   * Puts a text in the place of a range and answers with the tokens of the whole. A range that
   * begins or ends between two surrogates takes the whole character.
   *
   * # Errors
   *
   * `invalid_request` when the range ends before it begins or reaches over the end of the text.
   */
  replace(start: number, end: number, _with: string): number;
  /**
   * The length of the text.
   */
  readonly length: number;
  /**
   * The tokens of the text.
   */
  readonly tokens: number;
}

/**
 * Requests and tokens a minute by model: a ticket is taken, asked about and used up.
 */
export class RateLimits {
  free(): void;
  [Symbol.dispose](): void;
  /**
   * Takes a place in the queue of a model, for a request of about this many tokens.
   */
  join(model: string, tokens: number): number;
  /**
   * Learns what a model's provider says is left: the headers of a response as JSON text.
   *
   * # Errors
   *
   * `invalid_request` when the text is no list of names and values.
   */
  learn(model: string, headers: string, now_ms: number): void;
  /**
   * Gives a place up.
   */
  leave(ticket: number): void;
  /**
   * Limits by model, as JSON text: an object of `PerMinute`.
   *
   * # Errors
   *
   * `invalid_request` when the text is none.
   */
  constructor(limits: string);
  /**
   * The moment to ask again, or nothing when the ticket's attempt is to be sent now.
   */
  turn(ticket: number, now_ms: number): number | undefined;
}

/**
 * A goal on its way: after any input, poll until it says `wait` or `finish`.
 */
export class Run {
  private constructor();
  free(): void;
  [Symbol.dispose](): void;
  /**
   * Takes the caller's wish to stop.
   */
  cancel(now_ms: number): void;
  /**
   * Takes the caller's word on a result, and why it will not do if it will not.
   */
  checked(check: number, refused: string | null | undefined, now_ms: number): void;
  /**
   * Takes how a call ended: an `Outcome` as JSON text.
   *
   * # Errors
   *
   * `invalid_request` when the text is no outcome.
   */
  finished(call: number, outcome: string, now_ms: number): void;
  /**
   * What the host is to do now: a `RunAction` as JSON text.
   */
  poll(now_ms: number): string;
  /**
   * Takes the most a call can cost, as dollars in text.
   *
   * # Errors
   *
   * `invalid_request` when the text is no amount.
   */
  quoted(call: number, worst_case: string, now_ms: number): void;
  /**
   * Goes on with a run that was saved.
   *
   * # Errors
   *
   * `invalid_request` when the text is no saved run of this version.
   */
  static resume(saved: string, now_ms: number): Run;
  /**
   * The state as JSON text, for `resume`.
   */
  save(): string;
  /**
   * Takes the passing of time.
   */
  tick(now_ms: number): void;
}

export function __wbg_reset_state(): void;

/**
 * Where each token of the text ends, in UTF-16 units, so that `text.slice` cuts there.
 *
 * A token that ends inside a character ends, as far as can be shown, before it.
 *
 * # Errors
 *
 * Those of `count`.
 */
export function boundaries(text: string, encoding: Encoding): Uint32Array;

/**
 * How many tokens the text is.
 *
 * # Errors
 *
 * `invalid_request` for an encoding there is none of, or whose vocabulary is not loaded.
 */
export function count(text: string, encoding: Encoding): number;

/**
 * How many tokens the text is, or nothing when it is more than the limit; stops reading there.
 *
 * # Errors
 *
 * Those of `count`.
 */
export function countTillLimit(text: string, limit_tokens: number, encoding: Encoding): number | undefined;

/**
 * The text of tokens; bytes that are no text become U+FFFD.
 *
 * # Errors
 *
 * Those of `count`, and `invalid_request` for a rank that is no token.
 */
export function decode(tokens: Uint32Array | number[], encoding: Encoding): string;

/**
 * The ranks of the text's tokens.
 *
 * # Errors
 *
 * Those of `count`.
 */
export function encode(text: string, encoding: Encoding): Uint32Array;

/**
 * Makes counts in an encoding exact from now on; `file` is the encoding's vocabulary file.
 *
 * # Errors
 *
 * `invalid_request` for an encoding there is none of, or a file that is cut, changed or another's.
 */
export function loadVocabulary(encoding: Encoding, file: Uint8Array | number[]): void;

export type InitInput = RequestInfo | URL | Response | BufferSource | WebAssembly.Module;

export interface InitOutput {
  readonly memory: WebAssembly.Memory;
  readonly __wbg_call_free: (a: number, b: number) => void;
  readonly __wbg_kernel_free: (a: number, b: number) => void;
  readonly __wbg_livecount_free: (a: number, b: number) => void;
  readonly __wbg_ratelimits_free: (a: number, b: number) => void;
  readonly __wbg_run_free: (a: number, b: number) => void;
  readonly boundaries: (a: number, b: number, c: number, d: number, e: number) => void;
  readonly call_body: (a: number, b: number, c: number, d: number, e: number) => void;
  readonly call_cancel: (a: number, b: number) => void;
  readonly call_deferred: (a: number, b: number, c: number, d: number) => void;
  readonly call_end: (a: number, b: number, c: number) => void;
  readonly call_head: (a: number, b: number, c: number, d: number, e: number, f: number) => void;
  readonly call_lost: (a: number, b: number, c: number, d: number, e: number, f: number) => void;
  readonly call_poll: (a: number, b: number, c: number) => void;
  readonly call_quote: (a: number, b: number) => void;
  readonly call_receipt: (a: number, b: number) => void;
  readonly call_tick: (a: number, b: number) => void;
  readonly call_verdict: (a: number, b: number, c: number, d: number, e: number) => void;
  readonly count: (a: number, b: number, c: number, d: number, e: number) => void;
  readonly countTillLimit: (a: number, b: number, c: number, d: number, e: number, f: number) => void;
  readonly decode: (a: number, b: number, c: number, d: number, e: number) => void;
  readonly encode: (a: number, b: number, c: number, d: number, e: number) => void;
  readonly kernel_budget: (a: number, b: number) => void;
  readonly kernel_call: (a: number, b: number, c: number, d: number) => void;
  readonly kernel_new: (a: number, b: number, c: number, d: number, e: number) => void;
  readonly kernel_observe: (a: number, b: number, c: number, d: number, e: number, f: number, g: number) => void;
  readonly kernel_posterior: (a: number, b: number) => void;
  readonly kernel_quoteRun: (a: number, b: number, c: number, d: number) => void;
  readonly kernel_run: (a: number, b: number, c: number, d: number, e: number, f: number) => void;
  readonly kernel_setBudget: (a: number, b: number, c: number, d: number) => void;
  readonly kernel_startRun: (a: number, b: number, c: number, d: number) => void;
  readonly livecount_boundaries: (a: number, b: number, c: number, d: number) => void;
  readonly livecount_length: (a: number) => number;
  readonly livecount_new: (a: number, b: number, c: number, d: number, e: number) => void;
  readonly livecount_replace: (a: number, b: number, c: number, d: number, e: number, f: number) => void;
  readonly livecount_tokens: (a: number) => number;
  readonly loadVocabulary: (a: number, b: number, c: number, d: number, e: number) => void;
  readonly ratelimits_join: (a: number, b: number, c: number, d: number) => number;
  readonly ratelimits_learn: (a: number, b: number, c: number, d: number, e: number, f: number, g: number) => void;
  readonly ratelimits_leave: (a: number, b: number) => void;
  readonly ratelimits_new: (a: number, b: number, c: number) => void;
  readonly ratelimits_turn: (a: number, b: number, c: number, d: number) => void;
  readonly run_cancel: (a: number, b: number) => void;
  readonly run_checked: (a: number, b: number, c: number, d: number, e: number) => void;
  readonly run_finished: (a: number, b: number, c: number, d: number, e: number, f: number) => void;
  readonly run_poll: (a: number, b: number, c: number) => void;
  readonly run_quoted: (a: number, b: number, c: number, d: number, e: number, f: number) => void;
  readonly run_resume: (a: number, b: number, c: number, d: number) => void;
  readonly run_save: (a: number, b: number) => void;
  readonly run_tick: (a: number, b: number) => void;
  readonly __wbindgen_externrefs: WebAssembly.Table;
  readonly __wbindgen_add_to_stack_pointer: (a: number) => number;
  readonly __wbindgen_malloc: (a: number, b: number) => number;
  readonly __wbindgen_realloc: (a: number, b: number, c: number, d: number) => number;
  readonly __wbindgen_free: (a: number, b: number, c: number) => void;
  readonly __externref_table_dealloc: (a: number) => void;
  readonly __wbindgen_start: () => void;
}

export type SyncInitInput = BufferSource | WebAssembly.Module;

/**
* Instantiates the given `module`, which can either be bytes or
* a precompiled `WebAssembly.Module`.
*
* @param {{ module: SyncInitInput }} module - Passing `SyncInitInput` directly is deprecated.
*
* @returns {InitOutput}
*/
export function initSync(module: { module: SyncInitInput } | SyncInitInput): InitOutput;

/**
* If `module_or_path` is {RequestInfo} or {URL}, makes a request and
* for everything else, calls `WebAssembly.instantiate` directly.
*
* @param {{ module_or_path: InitInput | Promise<InitInput> }} module_or_path - Passing `InitInput` directly is deprecated.
*
* @returns {Promise<InitOutput>}
*/
export default function __wbg_init (module_or_path: { module_or_path: InitInput | Promise<InitInput> } | InitInput | Promise<InitInput>): Promise<InitOutput>;
