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
 * A decision to be made concrete.
 */
export interface PlanInput {
    /**
     * The request.
     */
    request: RequestInput;
    /**
     * What its text does not say; over the request's own.
     */
    hints?: Hints;
    /**
     * The decision.
     */
    decision: Decision;
    /**
     * The estimates it was made from.
     */
    estimates: Estimate[];
    /**
     * What the caller wants.
     */
    policy?: PolicyInput;
    /**
     * The moment.
     */
    now: Timestamp;
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
 * A request and the plan it is to follow.
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
     * What to try, in order.
     */
    plan: Plan;
    /**
     * How to go about it.
     */
    settings?: CallSettings;
}

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
export type Check = { type: "agreement"; with: Arm } | { type: "caller" } | { type: "schema" } | { type: "tool_calls" };

/**
 * A wire format: which endpoint of which provider family a body is written for.
 */
export type Api = "chat" | "generate_content" | "messages" | "responses";

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
     * The longest event of a stream that is accepted.
     */
    maxEventBytes?: number;
    /**
     * The longest body that is accepted where the answer comes whole.
     */
    maxBodyBytes?: number;
}

/**
 * Estimates to choose among.
 */
export interface RouteInput {
    /**
     * The request.
     */
    request: RequestInput;
    /**
     * What its text does not say; over the request's own.
     */
    hints?: Hints;
    /**
     * One estimate a model.
     */
    estimates: Estimate[];
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
 * Families of models whose prompts are framed alike.
 */
export type CountingFamily = "claude3" | "claude4" | "claude46" | "gemini" | "openai_chat" | "openai_harmony" | "openai_harmony52" | "unknown";

/**
 * How a call ended and what was expected of it.
 */
export interface ReceiptInput {
    /**
     * How the call ended.
     */
    outcome: Outcome;
    /**
     * The estimate of the chosen model.
     */
    estimate?: Estimate;
    /**
     * The model to hold the saving against.
     */
    baseline?: ModelId;
}

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
 * Input and output of every operation.
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
     * Makes a decision concrete: attempts in order, each with its limits.
     */
    plan: [PlanInput, Plan];
    /**
     * Prices a usage on a model.
     */
    price: [PriceInput, Cost];
    /**
     * Who answers, and how a host reaches them.
     */
    providers: [undefined, Provider[]];
    /**
     * Says what a request costs everywhere, who should answer it, and what a call will try.
     */
    quote: [QuoteInput, Quote];
    /**
     * Holds what a call cost against its estimate, and against what it would have cost elsewhere.
     */
    receipt: [ReceiptInput, Receipt];
    /**
     * Chooses among estimates.
     */
    route: [RouteInput, Decision];
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
 * Names one attempt within its call, counted from zero.
 */
export type AttemptId = number;

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
     * What is known of its bill.
     */
    billing: Billing;
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
 * One thing that happened, and the attempt it belongs to.
 */
export type Event = { attempt: AttemptId } & EventKind;

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
     * The caller's own function, and how well it tells good answers from bad ones.
     */
    caller?: Verifier;
}

/**
 * What a [`Notice`] is about.
 */
export type NoticeCode = "cheaper_model" | "long_context_price" | "shut_down" | "shut_down_soon" | "unpriced" | "unknown_model";

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
 * What happened, as the host saw it. Exhaustive on purpose.
 */
export type Input = { type: "body"; attempt: AttemptId; bytes: number[] } | { type: "cancel" } | { type: "end"; attempt: AttemptId } | { type: "head"; attempt: AttemptId; status: number; headers: [string, string][] } | { type: "lost"; attempt: AttemptId; message: string; unsent: boolean } | { type: "tick" };

/**
 * What happened.
 */
export type EventKind = { type: "annotation"; value: unknown } | { type: "attempt_failed"; error: Error } | { type: "reasoning_delta"; text: string } | { type: "refusal_delta"; text: string } | { type: "started"; model: ModelId; effort?: Effort } | { type: "superseded"; by: AttemptId } | { type: "text_delta"; text: string } | { type: "tool_call_delta"; index: number; arguments: string } | { type: "tool_call_started"; index: number; callId: string; name: string } | { type: "waiting"; until: Timestamp; error: Error };

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
    arms: Map<string, Tally>;
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
    kinds: Map<string, Map<string, Tally>>;
    /**
     * What is known of each workload.
     */
    workloads: Map<string, KnownWorkload>;
    /**
     * How fast arms answer.
     */
    speeds: Map<string, Speed>;
    /**
     * Decisions whose outcome is not known yet, by id.
     */
    pending: Map<string, Pending>;
    /**
     * The arm each piece of work is on, by the hash of its name.
     */
    threads: Map<string, Thread>;
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
 * What the caller wants of a choice; defaults when absent.
 */
export type PolicyInput = Policy;

/**
 * What the host is to do next. Exhaustive on purpose: a host that forgets one does not compile.
 */
export type Action = { type: "abort"; attempt: AttemptId } | { type: "emit"; event: Event } | { type: "finish"; outcome: Outcome } | { type: "receive"; attempt: AttemptId; until: Timestamp } | { type: "send"; attempt: AttemptId; request: HttpRequest } | { type: "sleep"; until: Timestamp };

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
     * Texts that end the answer.
     */
    stop?: string[];
    /**
     * Labels the provider stores with the answer.
     */
    metadata?: Map<string, string>;
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
export type Restart = "fail" | "restart";

/**
 * What to do with a model the request names.
 */
export type NamedModel = "reroute" | "respect";

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
 * Where the bytes of a picture, a sound or a document are.
 */
export type Source = { type: "base64"; mediaType: string; data: string } | { type: "file_id"; id: string } | { type: "url"; url: string };

/**
 * Whether, and which, tools are to be called.
 */
export type ToolChoice = { type: "auto" } | { type: "none" } | { type: "required" } | { type: "tool"; name: string };

/**
 * Which rung to prefer when nothing is known of the workload.
 */
export type Preset = "balanced" | "bulk" | "economy" | "risk";

/**
 * Who speaks in a [`Message`].
 */
export type Role = "assistant" | "developer" | "system" | "tool" | "user";

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


/**
 * A call on its way: after `handle` or `body`, poll until it says `receive`, `sleep` or `finish`.
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
   * Takes what happened: an `Input` as JSON text.
   *
   * # Errors
   *
   * `invalid_request` when the text is no input.
   */
  handle(input: string, now_ms: number): void;
  /**
   * What the host is to do now: an `Action` as JSON text.
   *
   * # Errors
   *
   * None that a host can cause.
   */
  poll(now_ms: number): string;
}

/**
 * The kernel with one catalogue.
 */
export class Kernel {
  free(): void;
  [Symbol.dispose](): void;
  /**
   * Starts a call: the input is a `CallInput` as JSON text. Nothing is sent yet.
   *
   * # Errors
   *
   * `invalid_request` when the plan cannot carry the request.
   */
  call(input: string): Call;
  /**
   * Holds the given catalogue, as JSON text, or the shipped one.
   *
   * # Errors
   *
   * `invalid_catalog` when the text is no catalogue that holds together.
   */
  constructor(catalog?: string | null);
  /**
   * Runs one of the operations on JSON text and returns JSON text.
   *
   * # Errors
   *
   * `invalid_request` for an operation there is none of or input that is not its own, else what
   * the operation itself says.
   */
  run(operation: string, input: string): string;
}

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
  readonly boundaries: (a: number, b: number, c: number, d: number) => [number, number, number, number];
  readonly call_body: (a: number, b: number, c: number, d: number, e: number) => void;
  readonly call_handle: (a: number, b: number, c: number, d: number) => [number, number];
  readonly call_poll: (a: number, b: number) => [number, number, number, number];
  readonly count: (a: number, b: number, c: number, d: number) => [number, number, number];
  readonly countTillLimit: (a: number, b: number, c: number, d: number, e: number) => [number, number, number, number];
  readonly decode: (a: number, b: number, c: number, d: number) => [number, number, number, number];
  readonly encode: (a: number, b: number, c: number, d: number) => [number, number, number, number];
  readonly kernel_call: (a: number, b: number, c: number) => [number, number, number];
  readonly kernel_new: (a: number, b: number) => [number, number, number];
  readonly kernel_run: (a: number, b: number, c: number, d: number, e: number) => [number, number, number, number];
  readonly loadVocabulary: (a: number, b: number, c: number, d: number) => [number, number];
  readonly __wbindgen_externrefs: WebAssembly.Table;
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
