// What the page and its worker say to each other. The worker holds the kernel, so that neither counting
// nor quoting ever stands between a key and its letter.
import type { Api, ErrorFields, Event, Quote, Receipt, ServiceTier } from "farebox";
import type { Settings } from "./settings";

/** One change of the text, in UTF-16 units of the text before it. */
export interface Change {
  from: number;
  to: number;
  insert: string;
}

/** A picture, a document or a text beside the prompt. */
export interface Attachment {
  id: number;
  name: string;
  kind: "image" | "file" | "text";
  mediaType: string;
  bytes: number;
  /** Base64, or the text itself. */
  data: string;
  width?: number;
  height?: number;
}

/** The request but for the text the worker already has. */
export interface Draft {
  instructions: string;
  tools: string;
  /** The text is a prompt even if it looks like a request body. */
  plain: boolean;
  settings: Settings;
  /** Output tokens a second, by model. */
  speeds: Record<string, number>;
}

export interface Model {
  id: string;
  provider: string;
  counted: boolean;
  inputLimit: number;
  efforts: string[];
  lanes: ServiceTier[];
  /** Input tokens above which the whole request costs more. */
  cliff?: number;
}

export interface Ladder {
  name: string;
  models: Model[];
}

/** How the price of one model grows with the prompt. */
export interface Curve {
  model: string;
  /** Input tokens and dollars; straight between the points. */
  points: [number, number][];
  cliff?: { tokens: number; below: number; above: number };
}

export interface Fare {
  quote: Quote;
  /** Every model was refused: nobody is chosen, and there is no plan. */
  nobody?: true;
  /** How the text was taken, and why it is no body where it looks like one. */
  read: { as: "prompt" | "body"; api?: Api; model?: string; refused?: string };
  /** Dollars of the chosen model in each lane that is offered. */
  lanes: Partial<Record<ServiceTier, number>>;
  curves: Curve[];
  tookMs: number;
}

export interface AuditRow {
  model: string;
  billed?: number;
  low?: number;
  expected?: number;
  high?: number;
  countedTokens: number;
  billedTokens?: number;
  exact: boolean;
  /** The model the dials would have chosen, and what the same usage costs there. */
  routed?: string;
  routedCost?: number;
}

export interface Audit {
  rows: AuditRow[];
  skipped: { line: number; why: string }[];
}

export interface Destination {
  target: "emulator" | "provider";
  baseUrl: string;
  key: string;
}

export type ToWorker =
  | { type: "edit"; version: number; changes: Change[]; from: number; to: number }
  | { type: "view"; version: number; from: number; to: number }
  | { type: "attachments"; attachments: Attachment[] }
  | { type: "quote"; id: number; draft: Draft }
  | { type: "audit"; id: number; log: string; draft: Draft }
  | { type: "send"; id: number; draft: Draft; destination: Destination }
  | { type: "stop"; id: number };

export type FromWorker =
  | { type: "ready"; ladders: Ladder[]; checkedOn: string }
  | { type: "exact" }
  | { type: "inexact"; message: string }
  | { type: "broken"; message: string }
  | { type: "live"; version: number; tokens: number; from: number; to: number; ends: Uint32Array; tookMs: number }
  | { type: "progress"; id: number; done: number }
  | { type: "fetching"; id: number }
  | { type: "event"; id: number; event: Event }
  | { type: "done"; id: number; value: Fare | Audit | Sent }
  | { type: "failed"; id: number; error: ErrorFields };

export interface Sent {
  receipt: Receipt;
  quote: Quote;
  tookMs: number;
  error?: ErrorFields;
}
