// The quote of a request and what the page draws beside it, all from the kernel's public answers.
import type { Decision, ErrorFields, Estimate, Farebox, Quote, ServiceTier, TokenClass } from "farebox/slim";
import type { Curve, Fare } from "../messages";
import { lanes } from "../settings";
import type { Read } from "./draft";
import { modelNamed } from "./ladders";

export function fare(kernel: Farebox, read: Read): Fare {
  const started = performance.now();
  const { request, settings } = read;
  let quote = quoted(kernel, read, read.hints);
  if (settings.cached > 0) {
    // How much of the prompt is cached is said in tokens, which only a quote tells.
    const tokens = quote.estimates[0]?.input.tokens.expected ?? 0;
    quote = quoted(kernel, read, { ...read.hints, cachedTokens: Math.floor((tokens * settings.cached) / 100) });
  }
  const chosen = quote.estimates.find(({ model }) => model === quote.decision.chosen.model);
  const cachedShare = settings.cached / 100;
  const { model } = request;
  return {
    quote,
    ...(!quote.decision.chosen.model && { nobody: true }),
    read: { as: read.as, ...(read.api && { api: read.api }), ...(model && { model }), ...(read.refused && { refused: read.refused }) },
    lanes: chosen ? inLanes(kernel, chosen, cachedShare) : {},
    curves: quote.estimates.flatMap((estimate) => curve(kernel, estimate, quote.estimates, cachedShare) ?? []),
    tookMs: performance.now() - started,
  };
}

/** The quote; where every model is refused, what each would cost and why it may not be asked. */
function quoted(kernel: Farebox, { request, policy, posterior }: Read, hints: Read["hints"]): Quote {
  try {
    return kernel.quote(request, { policy, posterior, hints });
  } catch (thrown) {
    const { details } = thrown as ErrorFields;
    const rejected = details?.rejected as Decision["rejected"] | undefined;
    if (!rejected) throw thrown;
    const terms = { at: Date.now(), serviceTier: request.serviceTier ?? "standard" };
    const estimates = rejected.flatMap(({ model }) => {
      try {
        return kernel.evaluate("estimate", { request, hints, model, terms });
      } catch {
        return [];
      }
    });
    const decision = {
      id: "", chosen: { model: "" }, ranked: [], rejected, reasons: [], sentence: "", propensityPpm: 0, workload: "", stakes: "normal",
    } as const satisfies Decision;
    return { estimates, decision, plan: { rungs: [], limits: {} } };
  }
}

function inLanes(kernel: Farebox, estimate: Estimate, cachedShare: number): Fare["lanes"] {
  const found: Fare["lanes"] = {};
  for (const lane of lanes) {
    const cost = price(kernel, estimate, estimate.input.tokens.expected, cachedShare, lane);
    if (cost !== undefined) found[lane] = cost;
  }
  return found;
}

/** The price against the length of the prompt: straight but for the thresholds, so their sides are enough. */
function curve(
  kernel: Farebox,
  estimate: Estimate,
  all: readonly Estimate[],
  cachedShare: number,
): Curve | undefined {
  const known = modelNamed(estimate.model);
  if (!known) return undefined;
  const longest = Math.max(...all.map(({ input }) => input.tokens.expected));
  const end = Math.min(known.inputLimit, Math.max(CURVE_TOKENS, Math.ceil(longest * 1.15)));
  const at = (tokens: number) => price(kernel, estimate, tokens, cachedShare, estimate.serviceTier);
  const points: [number, number][] = [];
  const put = (tokens: number) => {
    const cost = at(tokens);
    if (cost !== undefined) points.push([tokens, cost]);
    return cost;
  };
  put(0);
  let cliff: Curve["cliff"];
  if (known.cliff !== undefined && known.cliff < end) {
    const [below, above] = [put(known.cliff), put(known.cliff + 1)];
    if (below !== undefined && above !== undefined && above > below * 1.01) {
      cliff = { tokens: known.cliff, below, above };
    }
  }
  put(end);
  return points.length < 2 ? undefined : { model: estimate.model, points, ...(cliff && { cliff }) };
}

function price(
  kernel: Farebox,
  { model, output }: Estimate,
  inputTokens: number,
  cachedShare: number,
  serviceTier: ServiceTier,
): number | undefined {
  const cached = Math.floor(inputTokens * cachedShare);
  const reasoning = output.reasoning.expected;
  const tokens: Partial<Record<TokenClass, number>> = {
    input: inputTokens - cached,
    cache_read: cached,
    output: output.tokens.expected - reasoning,
    reasoning,
  };
  try {
    return Number(kernel.evaluate("price", { model, usage: { tokens }, terms: { at: Date.now(), serviceTier } }).total);
  } catch {
    // A lane that is not offered has no price.
    return undefined;
  }
}

const CURVE_TOKENS = 420_000;
