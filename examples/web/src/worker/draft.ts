// From what the page holds to a request of the package's own, with the policy and hints beside it.
import type { Api, Farebox, Hints, Part, Policy, Posterior, Request, Tool } from "farebox/slim";
import type { Attachment, Draft } from "../messages";
import type { Settings } from "../settings";
import { modelNamed, rungs } from "./ladders";
import type { Text } from "./text";

export interface Read {
  request: Request;
  hints: Hints;
  policy: Policy;
  posterior: Posterior | undefined;
  settings: Settings;
  as: "prompt" | "body";
  api?: Api;
  /** Why a text that looks like a body is none. */
  refused?: string;
}

export class Draftsman {
  readonly #kernel: Farebox;
  readonly #text: Text;
  #body: ({ version: number } & Body) | undefined;

  constructor(kernel: Farebox, text: Text) {
    this.#kernel = kernel;
    this.#text = text;
  }

  /** The request; `light` leaves out bytes that do not matter for its price. */
  read(draft: Draft, attachments: readonly Attachment[], light: boolean): Read {
    const { settings } = draft;
    const { request: body, refused } = draft.plain ? ({} as Body) : this.#readBody();
    const request: Request = body ? { ...body } : this.#built(draft, attachments, light);
    if (settings.effort) request.effort = settings.effort;
    if (settings.longest) request.maxOutputTokens = settings.longest;
    if (settings.lane !== "standard") request.serviceTier = settings.lane;
    // A body goes out as it was written, unless a dial says otherwise: then it is written anew.
    if (body && (settings.effort || settings.longest || settings.lane !== "standard")) delete request.native;
    const api = body?.native?.api;
    return {
      request,
      hints: settings.kind ? { kind: settings.kind } : {},
      policy: policy(settings),
      posterior: settings.latency === undefined ? undefined : posterior(draft.speeds),
      settings,
      as: body ? "body" : "prompt",
      ...(api && { api }),
      ...(refused && { refused }),
    };
  }

  #readBody(): Body {
    const { version } = this.#text;
    if (this.#body?.version !== version) this.#body = { version, ...this.#parse() };
    return this.#body;
  }

  #parse(): Body {
    const text = this.#text.toString().trim();
    if (!text.startsWith("{")) return {};
    let body: Record<string, unknown>;
    try {
      body = JSON.parse(text) as Record<string, unknown>;
    } catch (error) {
      // Words may begin with a brace; what has a body's fields was meant as one.
      return BODY_FIELDS.test(text) ? { refused: `it is no JSON, ${(error as Error).message}` } : {};
    }
    try {
      return { request: this.#kernel.evaluate("parse", { body }) };
    } catch (error) {
      return BODY_FIELDS.test(text) ? { refused: (error as Error).message } : {};
    }
  }

  #built(draft: Draft, attachments: readonly Attachment[], light: boolean): Request {
    const text = this.#text.toString();
    const content: Part[] = attachments.map((attachment) => part(attachment, light));
    if (text || content.length === 0) content.push({ type: "text", text });
    const tools = readTools(this.#kernel, draft.tools);
    return {
      ...(draft.instructions && { instructions: draft.instructions }),
      conversation: [{ role: "user", content }],
      ...(tools.length > 0 && { tools }),
    };
  }
}

interface Body {
  request?: Request;
  refused?: string;
}

/** Tools as an application sends them to any provider. */
export function readTools(kernel: Farebox, text: string): Tool[] {
  if (!text.trim()) return [];
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw { kind: "invalid_request", message: `the tools are no JSON: ${(error as Error).message}` };
  }
  const held = (value as { tools?: unknown }).tools ?? value;
  const tools = Array.isArray(held) ? held : [held];
  // A tool's own shape tells whose it is only inside a body; the first that reads it as tools does.
  const bodies: [Api, Record<string, unknown>][] = [
    ["responses", { input: "", tools }],
    ["chat", { messages: [], tools }],
    ["messages", { messages: [], max_tokens: 1, tools }],
    ["generate_content", { contents: [], tools }],
  ];
  let refusal: unknown;
  for (const [api, body] of bodies) {
    try {
      const found = kernel.evaluate("parse", { api, body }).tools ?? [];
      if (found.length > 0 && found.every((tool) => tool.type === "hosted" || tool.name)) return found;
    } catch (error) {
      refusal ??= error;
    }
  }
  const { message = "no provider's tools look like this" } = (refusal ?? {}) as { message?: string };
  throw { kind: "invalid_request", message: `the tools cannot be read: ${message}` };
}

function part({ kind, mediaType, data, name, width, height }: Attachment, light: boolean): Part {
  if (kind === "text") return { type: "text", text: `${name}\n${data}\n` };
  const source = { type: "base64", mediaType, data } as const;
  if (kind === "file") return { type: "file", source, filename: name };
  const size = width && height ? { size: { width, height } } : {};
  return { type: "image", source: light ? { ...source, data: "" } : source, ...size };
}

function policy(settings: Settings): Policy {
  return {
    preset: settings.preset,
    stakes: settings.stakes,
    ladder: rungs(settings.ladder),
    namedModel: settings.named,
    ...(settings.failure !== undefined && { failureCost: decimal(settings.failure) }),
    ...(settings.latency !== undefined && { latencyBudgetMs: Math.round(settings.latency * 1000) }),
  };
}

/** What the router takes as measured: the speeds the page assumes or saw. */
function posterior(speeds: Record<string, number>): Posterior {
  const known: Record<string, { answers: number; usPerOutputToken: number }> = {};
  for (const [name, perSecond] of Object.entries(speeds)) {
    const speed = { answers: MEASURED_ANSWERS, usPerOutputToken: Math.round(1e6 / perSecond) };
    for (const effort of ["", ...(modelNamed(name)?.efforts ?? [])]) known[effort ? `${name}@${effort}` : name] = speed;
  }
  return {
    version: 1, halfLifeMs: 30 * 86_400_000, decisions: 0, spent: "0", explored: "0",
    kinds: {}, workloads: {}, speeds: known, pending: {}, threads: {},
  } as unknown as Posterior;
}

/** Dollars as the kernel reads them: decimal, no exponent. */
export function decimal(dollars: number): string {
  return dollars.toFixed(9).replace(/\.?0+$/, "");
}

/** What the conversation is called in one body or another. */
const BODY_FIELDS = /"(messages|input|contents|model)"\s*:/;

/** The router calls a speed hearsay below this many answers. */
const MEASURED_ANSWERS = 5;
