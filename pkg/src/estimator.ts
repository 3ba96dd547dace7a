// What a client does before a request leaves: quotes, without a network.
import { age } from "./anew.js";
import { guarded, toText } from "./error.js";
import { type Catalog, type Hints, Kernel, type Operations, type Policy, type Posterior, type Quote, type Request } from "./kernel.js";
import { requireLoaded } from "./load.js";
import { canFetch, request as requestVocabularies } from "./vocabulary.js";

/** A request of the package's own, or a body in a provider's shape: what the app already sends. */
export type RequestInput = Request | { readonly [field: string]: unknown };

/** How quotes are made; every field has a default. */
export interface EstimatorOptions {
  /** What is wanted of a choice. */
  policy?: Policy;
  /** What is known of the caller's workloads, as an earlier client's `posterior` said. */
  posterior?: Posterior;
  /** Models and prices instead of the shipped ones. */
  catalog?: Catalog | string;
  /** Another clock, in milliseconds since 1970. */
  now?: () => number;
}

/** What one quote may do otherwise than the client. */
export interface QuoteOptions {
  /** What the request's text does not say: its workload, its stakes. */
  hints?: Hints | undefined;
  policy?: Policy | undefined;
  /** Instead of what the client knows. */
  posterior?: Posterior | undefined;
}

/** Says what requests cost and who should answer them. */
export class Estimator {
  readonly #made: [catalog: string | undefined, posterior: string | undefined];
  #held: Kernel;
  #age = age();
  readonly #options: EstimatorOptions;

  constructor(options: EstimatorOptions = {}) {
    requireLoaded();
    const { catalog } = options;
    this.#options = options;
    const known = options.posterior && JSON.stringify(options.posterior);
    this.#made = [typeof catalog === "object" ? JSON.stringify(catalog) : catalog, known];
    this.#held = guarded(() => new Kernel(...this.#made));
  }

  /** What is wanted of a choice, where a call says nothing else. */
  get policy(): Policy | undefined {
    return this.#options.policy;
  }

  /**
   * What the request costs on every model of the ladder, which one should answer, and what a call
   * would try. Needs no network; counts are approximate until the vocabulary is there, and say so.
   */
  quote(request: RequestInput, options: QuoteOptions = {}): Quote {
    return this.evaluate("quote", this.quotable(request, options));
  }

  /** Fetches the vocabularies that exact counts need; `quote` is exact afterwards. */
  async preload(options: QuoteOptions & { model?: string } = {}): Promise<void> {
    await Promise.all(this.vocabularies({ model: options.model }, options, true));
  }

  /** Runs one operation of the kernel: plain data in, plain data out. */
  evaluate<Name extends keyof Operations>(name: Name, input: Operations[Name][0]): Operations[Name][1] {
    return guarded(() => JSON.parse(this.kernel.run(name, toText(input))));
  }

  /** @internal The kernel, made once more where the last one stopped inside. */
  protected get kernel(): Kernel {
    if (this.#age !== age()) {
      this.#held = new Kernel(...this.#made);
      this.remind(this.#held);
      this.#age = age();
    }
    return this.#held;
  }

  /** @internal Tells a kernel that was made once more what it was told beside. */
  protected remind(_kernel: Kernel): void {}

  /** @internal */
  protected quotable(request: RequestInput, options: QuoteOptions) {
    return {
      request,
      hints: options.hints,
      policy: options.policy ?? this.#options.policy,
      posterior: options.posterior,
      now: this.now(),
    };
  }

  /** @internal The vocabularies still on their way that a request needs. */
  protected vocabularies(request: { readonly model?: unknown }, options: QuoteOptions, waits = false): Promise<void>[] {
    // What the caller handed in is told to a kernel that was started anew all the same.
    if (!canFetch()) return requestVocabularies([]);
    const policy = options.policy ?? this.#options.policy;
    const model = typeof request?.model === "string" ? request.model : undefined;
    return requestVocabularies(this.evaluate("encodings", { policy, model }), waits);
  }

  /** @internal */
  protected now(): number {
    return this.#options.now?.() ?? Date.now();
  }
}
