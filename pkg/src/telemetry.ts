// Attempts as spans, by OpenTelemetry's conventions for generative AI (semantic conventions 1.38,
// https://opentelemetry.io/docs/specs/semconv/gen-ai/gen-ai-spans/, read 2026-11-22).
import type { AttemptId, Outcome, Quote, TokenClass } from "./kernel.js";

/** One attempt, in the shape a tracer of OpenTelemetry takes. */
export interface Span {
  /** `chat` and the model. */
  name: string;
  kind: "client";
  startTime_ms: number;
  endTime_ms: number;
  attributes: Record<string, string | number | boolean | string[]>;
  status: "ok" | "error" | "unset";
}

/** The spans of a call that is over. What was asked and answered is in them only where it is wanted. */
export function spans(
  quote: Quote,
  outcome: Outcome,
  providerOf: (attempt: AttemptId) => string,
  content?: { request: unknown },
): Span[] {
  const { attempts } = outcome;
  const accepted = attempts.filter((one) => !one.error && one.refused === undefined && !one.onlyChecks).at(-1);
  return attempts.map((attempt) => {
    const answer = attempt === (accepted ?? attempts.at(-1)) ? outcome.answer : undefined;
    const attributes: Span["attributes"] = {
      "gen_ai.operation.name": "chat",
      "gen_ai.provider.name": providerOf(attempt.id),
      "gen_ai.request.model": attempt.model,
      "farebox.attempt": attempt.id,
      "farebox.decision": quote.decision.id,
      "farebox.service_tier": attempt.serviceTier,
    };
    const set = (name: string, value: string | number | string[] | undefined) => {
      if (value !== undefined) attributes[name] = value;
    };
    const rung = quote.plan.rungs.find(({ arm }) => arm.model === attempt.model);
    set("gen_ai.request.max_tokens", rung?.maxOutputTokens);
    set("gen_ai.response.id", answer?.id);
    set("gen_ai.response.model", answer?.model);
    set("gen_ai.response.finish_reasons", answer?.finish && [answer.finish]);
    set("http.response.status_code", attempt.status);
    set("error.type", attempt.error?.kind ?? (attempt.refused === undefined ? undefined : "refused"));
    if (attempt.firstContentAt !== undefined) {
      set("gen_ai.server.time_to_first_token", (attempt.firstContentAt - attempt.sentAt) / 1000);
    }
    if (attempt.billing.type === "reported") {
      const { tokens = {} } = attempt.billing.usage;
      const sum = (names: readonly TokenClass[]) => names.reduce((all, name) => all + (tokens[name] ?? 0), 0);
      set("gen_ai.usage.input_tokens", sum(inputs));
      set("gen_ai.usage.output_tokens", sum(outputs));
      set("gen_ai.usage.cache_read.input_tokens", tokens.cache_read);
      set("farebox.cost_usd", attempt.billing.cost?.total);
    }
    if (content && answer) {
      attributes["gen_ai.input.messages"] = JSON.stringify(content.request);
      attributes["gen_ai.output.messages"] = JSON.stringify([
        { role: "assistant", parts: [{ type: "text", content: answer.text ?? "" }], finish_reason: answer.finish },
      ]);
    }
    return {
      name: `chat ${attempt.model}`,
      kind: "client",
      startTime_ms: attempt.sentAt,
      endTime_ms: attempt.endedAt,
      attributes,
      status: attempt.error ? "error" : "ok",
    };
  });
}

const inputs: readonly TokenClass[] = [
  "audio_input", "cache_read", "cache_write", "cache_write_long", "image_input", "input",
];
const outputs: readonly TokenClass[] = ["audio_output", "image_output", "output", "reasoning"];
