// The client: what the estimator does, and beside it sends, streams and settles.
import { type CallingOptions, callingOf, type ClientCallingOptions } from "./calling.js";
import { FareboxError, guarded, toText } from "./error.js";
import { Estimator, type EstimatorOptions, type QuoteOptions, type RequestInput } from "./estimator.js";
import { Drive } from "./host.js";
import { authHeaders, isPage, type Key, refuseKeyInPage } from "./keys.js";
import {
  type Answer,
  type Budget,
  type Call,
  type CallOperations,
  type CallSettings,
  type Goal,
  type GoalInput,
  type HttpRequest,
  type Kernel,
  type Observation,
  type Operations,
  type Outcome,
  type Posterior,
  type Provider,
  type Quote,
  type Receipt,
  Run,
  type RunQuote,
  type RunSettings,
} from "./kernel.js";
import { FareboxRun, type RunHost, type RunOptions } from "./run.js";
import { FareboxStream, type Reply } from "./stream.js";
import { spans } from "./telemetry.js";
import { Exchange } from "./transport.js";
import { rateLimits, type Turns } from "./turns.js";
import { environment } from "./vocabulary.js";

/** How one provider is reached. */
export interface ProviderOptions {
  /** Its key; by default its environment variable, where there is one. */
  apiKey?: Key | undefined;
  /** Another address of its API, such as a proxy of your own; may be relative in a page. */
  baseUrl?: string | undefined;
}

/** How a client behaves; every field has a default. */
export interface FareboxOptions extends EstimatorOptions, ProviderOptions, ClientCallingOptions {
  /** Providers by the catalogue's ids; `apiKey` and `baseUrl` beside it mean the first of the catalogue. */
  providers?: Record<string, ProviderOptions>;
  /** The model whose cost savings are held against; by default the strongest of the ladder. */
  baseline?: string;
  /**
   * Judges an answer where the policy wants your own check before a cheap answer is accepted: says why
   * it may not be, or nothing.
   */
  verify?: (answer: Answer) => string | undefined | Promise<string | undefined>;
  /**
   * What may be spent: `{ limits: [{ window: "day", amount: "5" }] }`, or what `onBudget` was handed
   * before, which also knows what is spent and held.
   */
  budget?: Budget;
  /**
   * Is handed the budget with its ledger after each change: keep it, and hand it to the next client.
   * It is awaited before anything is sent, so after a crash no call that was sent is forgotten.
   */
  onBudget?: (budget: Budget) => void | Promise<void>;
  /** Another `fetch`. */
  fetch?: typeof globalThis.fetch;
  /** Says that a plain key in this page is the visitor's own. */
  dangerouslyAllowBrowser?: boolean;
}

/** What one call may do otherwise than the client. */
export interface CallOptions extends QuoteOptions, CallingOptions {
  signal?: AbortSignal | undefined;
  /** Names the logical request, so that a provider can tell a repetition; drawn outside of pages. */
  idempotencyKey?: string | undefined;
}

/** What `evaluate` runs. */
type AllOperations = Operations & CallOperations;

/** Quotes, sends, streams and settles. */
export class Farebox extends Estimator {
  readonly #options: FareboxOptions;
  readonly #providers: Map<string, ProviderOptions>;
  readonly #turns: ((quote: Quote) => Turns) | undefined;
  #known: Provider[] | undefined;
  /** The budget as it last stood, which a kernel that stops inside does not take with it. */
  #ledger: string | undefined;
  #kept: Promise<void> = Promise.resolve();

  constructor(options: FareboxOptions = {}) {
    super(options);
    this.#options = options;
    this.#providers = new Map(Object.entries(options.providers ?? {}));
    if (options.budget) {
      const given = toText(options.budget);
      guarded(() => this.kernel.setBudget(given));
      this.#ledger = given;
    }
    this.#turns = options.rateLimits && guarded(() => rateLimits(options.rateLimits ?? {}));
    const { apiKey, baseUrl } = options;
    if (apiKey !== undefined || baseUrl !== undefined) {
      const first = this.#catalogProviders()[0]?.id ?? "";
      this.#providers.set(first, { ...this.#providers.get(first), apiKey, baseUrl });
    }
    for (const { apiKey: key } of this.#providers.values()) {
      refuseKeyInPage(key, options.dangerouslyAllowBrowser === true);
    }
  }

  /**
   * What the request costs on every model of the ladder, which one should answer, and what a call
   * would try. Needs no network but for the vocabulary, which is fetched on first need; counts are
   * approximate until it is there, and say so.
   */
  override quote(request: RequestInput, options: CallOptions = {}): Quote {
    this.vocabularies(request, options);
    return super.quote(request, options);
  }

  /**
   * Tells how a decision served, so that later ones on the same workload are better: the id is that of
   * `quote.decision` of a request that was sent.
   */
  observe(decisionId: string, seen: Observation): void {
    guarded(() => this.kernel.observe(decisionId, toText(seen), this.now()));
  }

  /** What is known of the caller's workloads by now; hand it to the next client as `posterior`. */
  get posterior(): Posterior {
    return guarded(() => JSON.parse(this.kernel.posterior()));
  }

  /** What may be spent, what is spent and what is held for calls under way. */
  get budget(): Budget | undefined {
    this.#noteBudget();
    return this.#ledger === undefined ? undefined : JSON.parse(this.#ledger);
  }

  /** Sends the request and waits for the whole answer. */
  async send(request: RequestInput, options: CallOptions = {}): Promise<Reply> {
    return this.#start(request, options, false).reply;
  }

  /** Sends the request and answers with the events as they come. */
  stream(request: RequestInput, options: CallOptions = {}): FareboxStream {
    return this.#start(request, options, true);
  }

  /** What a whole run costs, what the strongest model alone would, and whether the split pays. Needs no network. */
  quoteRun(goal: Goal, settings: RunSettings = {}): RunQuote {
    const input = this.#goalInput(goal, settings);
    return guarded(() => JSON.parse(this.kernel.quoteRun(input)));
  }

  /**
   * Starts a run towards a goal: a planner splits it, workers do the steps in parallel, a verifier or
   * the caller looks at them, the planner gives the answer.
   */
  run(goal: Goal, settings: RunSettings = {}, options: RunOptions = {}): FareboxRun {
    const input = this.#goalInput(goal, { idempotencyKey: crypto.randomUUID(), ...settings });
    return new FareboxRun(guarded(() => this.kernel.startRun(input)), this.#runHost(), options);
  }

  /** Goes on with a run that was saved, after a crash say. */
  resume(saved: string, options: RunOptions = {}): FareboxRun {
    const run = guarded(() => Run.resume(saved, this.now()));
    return new FareboxRun(run, this.#runHost(), options);
  }

  /** Runs one operation of the kernel: plain data in, plain data out. */
  override evaluate<Name extends keyof AllOperations>(name: Name, input: AllOperations[Name][0]): AllOperations[Name][1] {
    return super.evaluate(name as keyof Operations, input as never) as never;
  }

  /** @internal The last ledger. */
  protected override remind(kernel: Kernel): void {
    if (this.#ledger !== undefined) kernel.setBudget(this.#ledger);
  }

  #start(request: RequestInput, options: CallOptions, stream: boolean): FareboxStream {
    this.vocabularies(request, options);
    const { limits, restart, release } = callingOf(this.#options, options);
    // A page's request to another origin may carry only headers that origin allows.
    const idempotencyKey = options.idempotencyKey ?? (isPage() ? undefined : `farebox-${crypto.randomUUID()}`);
    const settings: CallSettings = {
      stream,
      seed: seed(),
      baseUrls: this.#baseUrls(),
      ...(idempotencyKey !== undefined && { idempotencyKey }),
      ...(restart && { restart }),
      ...(release && { release }),
    };
    const input = { ...this.quotable(request, options), settings, limits, baseline: this.#options.baseline };
    const call: Call = guarded(() => this.kernel.call(toText(input)));
    const quote: Quote = guarded(() => JSON.parse(call.quote()));
    const kept = this.#keepBudget();
    kept.catch(() => {});
    let settle!: (end: { outcome: Outcome; receipt: Receipt }) => void;
    let fail!: (error: FareboxError) => void;
    const settled = new Promise<{ outcome: Outcome; receipt: Receipt }>((resolve, reject) => {
      settle = resolve;
      fail = reject;
    });
    // Whoever iterates is told there; nobody need ask for the receipt too.
    settled.catch(() => {});
    const fetch = this.#options.fetch ?? globalThis.fetch.bind(globalThis);
    const asked = new Map<number, string>();
    const events = new Drive(call, {
      now: () => this.now(),
      open: (attempt: number, http: HttpRequest) => {
        asked.set(attempt, http.provider);
        const secretHeaders = async () => {
          await kept;
          return this.#secretHeaders(http);
        };
        return new Exchange(attempt, http, secretHeaders, fetch);
      },
      judge: async (answer: Answer) => this.#options.verify?.(answer),
      settle: (outcome: Outcome | undefined) => {
        if (!outcome) {
          fail(lost());
          return undefined;
        }
        const receipt: Receipt = guarded(() => JSON.parse(call.receipt()));
        // The money is settled either way; the caller hears of a failure to keep it at the next call.
        this.#keepBudget().catch(() => {});
        settle({ outcome, receipt });
        this.#tell(request, quote, outcome, asked);
        return receipt;
      },
      signal: options.signal,
      turns: this.#turns?.(quote),
    });
    return new FareboxStream(quote, events, settled);
  }

  #noteBudget(): void {
    if (this.#ledger !== undefined) this.#ledger = guarded(() => this.kernel.budget());
  }

  /** Hands the budget on as it then stands, one time after another, so that the last one kept is the newest. */
  #keepBudget(): Promise<void> {
    this.#noteBudget();
    const { onBudget } = this.#options;
    if (!onBudget || this.#ledger === undefined) return this.#kept;
    const keep = async () => {
      try {
        await onBudget(JSON.parse(this.#ledger!));
      } catch (cause) {
        const message = `the budget could not be kept, so nothing is sent: ${String(cause)}`;
        throw new FareboxError({ kind: "over_budget", message }, { cause });
      }
    };
    const kept = this.#kept.then(keep);
    // Who waits for it hears of the failure; those after it try again.
    this.#kept = kept.catch(() => {});
    return kept;
  }

  #tell(request: RequestInput, quote: Quote, outcome: Outcome, asked: Map<number, string>): void {
    const { onSpan, recordContent } = this.#options;
    if (!onSpan) return;
    const providerOf = (attempt: number) => asked.get(attempt) ?? "";
    for (const span of spans(quote, outcome, providerOf, recordContent ? { request } : undefined)) {
      onSpan(span);
    }
  }

  #goalInput(goal: Goal, settings: RunSettings): string {
    const input: GoalInput = { goal, settings, now: this.now() };
    if (this.#options.policy) input.policy = this.#options.policy;
    return toText(input);
  }

  #runHost(): RunHost {
    return {
      now: () => this.now(),
      // A page's request to another origin may carry only headers that origin allows.
      start: (request, { idempotencyKey, ...options }) =>
        this.#start(request, isPage() ? options : { ...options, idempotencyKey }, false),
      observe: (decisionId, accepted) => {
        try {
          this.observe(decisionId, { successPpm: accepted ? 1_000_000 : 0 });
        } catch {
          // A decision forgotten meanwhile has nothing left to teach.
        }
      },
    };
  }

  async #secretHeaders({ auth, provider }: HttpRequest): Promise<[string, string][]> {
    if (auth.type === "none") return [];
    const options = this.#providers.get(provider);
    const variable = this.#catalogProviders().find(({ id }) => id === provider)?.keyVariable ?? "";
    const key = options?.apiKey ?? environment(variable);
    const secret = typeof key === "function" ? await key() : key;
    if (secret) return authHeaders(auth, provider, secret);
    // A server of one's own may add the key itself.
    if (options?.baseUrl !== undefined) return [];
    throw new FareboxError({
      kind: "authentication",
      message: `no key for \`${provider}\`: pass \`apiKey\` or set ${variable}`,
    });
  }

  #catalogProviders(): Provider[] {
    return (this.#known ??= this.evaluate("providers", undefined));
  }

  #baseUrls(): Record<string, string> {
    const urls: Record<string, string> = {};
    for (const [provider, { baseUrl }] of this.#providers) {
      if (baseUrl !== undefined) urls[provider] = absolute(baseUrl);
    }
    return urls;
  }
}

function absolute(url: string): string {
  const { location } = globalThis as { location?: { href: string } };
  return location ? new URL(url, location.href).href : url;
}

function lost(): FareboxError {
  const message = "the kernel stopped inside and was started anew: the call and what it cost are lost, send it again";
  return new FareboxError({ kind: "invalid_request", message, details: { trapped: true } });
}

/** What the waits between retries are drawn from. */
function seed(): number {
  return Math.floor(Math.random() * 2 ** 32);
}
