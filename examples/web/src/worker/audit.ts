// A log of requests, each held against its bill and against what the dials would have chosen.
import type { Api, Farebox, Request, Usage } from "farebox/slim";
import type { Audit, AuditRow, Draft } from "../messages";
import { rungs } from "./ladders";

interface Row {
  request: Record<string, unknown>;
  usage?: Record<string, unknown>;
  response?: Record<string, unknown>;
  model?: string;
  endpoint?: string;
  /** Seconds since 1970. */
  created?: number;
}

export async function audit(
  kernel: Farebox,
  log: string,
  draft: Draft,
  progress: (done: number) => void,
  signal: AbortSignal,
): Promise<Audit> {
  const lines = log.split("\n");
  const found: Audit = { rows: [], skipped: [] };
  let breath = performance.now();
  for (const [index, line] of lines.entries()) {
    if (line.trim()) {
      try {
        found.rows.push(auditRow(kernel, JSON.parse(line) as Row, draft));
      } catch (error) {
        found.skipped.push({ line: index + 1, why: (error as Error).message });
      }
    }
    if (performance.now() - breath > BREATH_MS) {
      progress((index + 1) / lines.length);
      // A new task, so that edits, quotes and a stop get their turn.
      await new Promise((resolve) => setTimeout(resolve));
      if (signal.aborted) throw { kind: "cancelled", message: "the audit was stopped" };
      breath = performance.now();
    }
  }
  return found;
}

function auditRow(kernel: Farebox, row: Row, { settings }: Draft): AuditRow {
  if (typeof row?.request !== "object") throw new Error("a line must have a `request`");
  const api = formats[row.endpoint ?? ""];
  const request: Request = kernel.evaluate("parse", { body: row.request, ...(api && { api }) });
  const model = row.model ?? request.model;
  if (!model) throw new Error("the request names no model");
  const at = row.created === undefined ? Date.now() : row.created * 1000;
  const estimate = kernel.evaluate("estimate", { request, model, terms: { at } });
  const usage = usageOf(kernel, row, request.native?.api ?? estimate.api);
  const { expected, low, high } = estimate.cost ?? {};
  const audited: AuditRow = {
    model,
    countedTokens: estimate.input.tokens.expected,
    exact: estimate.input.basis.type === "exact",
    ...(expected !== undefined && { low: Number(low), expected: Number(expected), high: Number(high) }),
  };
  if (!usage) return audited;
  const cost = (on: string) => Number(kernel.evaluate("price", { model: on, usage, terms: { at } }).total);
  audited.billed = cost(model);
  audited.billedTokens = inputTokens(usage);
  const policy = { preset: settings.preset, stakes: settings.stakes, ladder: rungs(settings.ladder), namedModel: "reroute" as const };
  try {
    const { decision } = kernel.quote(request, { policy });
    audited.routed = decision.chosen.model;
    audited.routedCost = cost(audited.routed);
  } catch {
    // No model of the ladder could have taken it: then it stays where it was.
  }
  return audited;
}

function usageOf(kernel: Farebox, { usage, response }: Row, api: Api): Usage | undefined {
  const answer = response ?? (usage && { usage, usageMetadata: usage });
  return answer && kernel.evaluate("usage", { answer, api });
}

function inputTokens({ tokens = {} }: Usage): number {
  const { input = 0, cache_read = 0, cache_write = 0, cache_write_long = 0, audio_input = 0, image_input = 0 } = tokens;
  return input + cache_read + cache_write + cache_write_long + audio_input + image_input;
}

/** The words logs use for an endpoint. */
const formats: Record<string, Api> = {
  chat: "chat", chat_completions: "chat", responses: "responses", messages: "messages",
  generateContent: "generate_content", generate_content: "generate_content",
};

const BREATH_MS = 40;
