// The caller's own tools, run as the model asks for them, until it answers.
import { after, type FareboxError } from "./error.js";
import type { RequestInput } from "./estimator.js";
import type { CallOptions, Farebox } from "./farebox.js";
import type { Api, AnswerToolCall, Pusd, Quote, Receipt, Request, ToolOutput } from "./kernel.js";
import { type Form, readForm, schemaOf } from "./schema.js";
import type { Reply } from "./stream.js";

/** A function the model may call. */
export interface OwnTool<Arguments = any> {
  description?: string;
  /** The form of its arguments: a schema of zod or another library of the Standard Schema, or JSON Schema. */
  parameters: Form<Arguments>;
  /** What it returns, or the message of what it throws, is what the model sees. */
  run(args: Arguments, options: { signal: AbortSignal | undefined }): unknown;
}

/** When to stop though the model wants more. */
export interface ToolLimits {
  /** The most answers to ask for; 12. */
  steps?: number;
  /** The most all of them may cost, in their worst case, in dollars as text. */
  cost?: Pusd;
  /** How often the same tool may be called with the same arguments; 3. */
  repetitions?: number;
}

/** How a conversation with tools went. */
export interface ToolRun {
  /** The last answer, with its own receipt. */
  reply: Reply;
  /** The request that would come next: what was asked, answered and found out so far. */
  request: RequestInput;
  ended: "answered" | "cost" | "repetition" | "steps";
  /** The receipts of every answer, in order. */
  receipts: Receipt[];
  /** What they cost together, attempts whose bill is not known at their worst. */
  cost: Pusd;
}

/**
 * Asks, runs the tools that are called, and asks again with what they gave back, until the model
 * answers or a limit is reached. Calls of one answer run at the same time unless the request forbids
 * several. A body in a provider's own shape names its tools itself.
 */
export async function runTools(
  farebox: Farebox,
  input: RequestInput,
  tools: Record<string, OwnTool>,
  options: CallOptions & { toolLimits?: ToolLimits } = {},
): Promise<ToolRun> {
  const { steps = 12, cost: most, repetitions = 3 } = options.toolLimits ?? {};
  let request = await offered(input, tools);
  const receipts: Receipt[] = [];
  const seen = new Map<string, number>();
  let cost: Pusd = "0";
  let last: Reply | undefined;
  for (;;) {
    const policy = options.policy ?? farebox.policy;
    const bounded = most === undefined ? policy : { ...policy, maxCost: less(most, cost, policy?.maxCost) };
    let reply: Reply;
    try {
      reply = await farebox.send(request, { ...options, policy: bounded });
    } catch (error) {
      const { kind, receipt } = error as FareboxError;
      if (kind !== "over_budget" || receipt || !last) throw after(error, receipts);
      return { reply: last, request, ended: "cost", receipts, cost };
    }
    last = reply;
    receipts.push(reply.receipt);
    cost = farebox.evaluate("sum", [cost, reply.receipt.cost, reply.receipt.unsettled ?? "0"]);
    const calls = reply.answer.toolCalls ?? [];
    if (calls.length === 0) return { reply, request, ended: "answered", receipts, cost };
    let repeated = false;
    for (const { name, arguments: text } of calls) {
      const times = (seen.get(`${name} ${text}`) ?? 0) + 1;
      seen.set(`${name} ${text}`, times);
      repeated ||= times > repetitions;
    }
    if (repeated) return { reply, request, ended: "repetition", receipts, cost };
    if (receipts.length >= steps) return { reply, request, ended: "steps", receipts, cost };
    const parallel = (request as Request).parallelToolCalls ?? (request as { parallel_tool_calls?: unknown }).parallel_tool_calls;
    const outputs = await runAll(tools, calls, parallel !== false, options.signal);
    request = farebox.evaluate("follow", {
      request: request as Request,
      answer: reply.answer,
      api: apiOf(reply.quote, reply.receipt),
      outputs,
    });
  }
}

/** The format an answer came in. */
export function apiOf(quote: Quote, receipt: Receipt): Api {
  const { rungs } = quote.plan;
  return (rungs.find(({ arm }) => arm.model === receipt.model) ?? rungs[0])?.api ?? "responses";
}

async function offered(input: RequestInput, tools: Record<string, OwnTool>): Promise<RequestInput> {
  if (!Array.isArray((input as Request).conversation)) return input;
  const own = await Promise.all(
    Object.entries(tools).map(async ([name, { description, parameters }]) => ({
      type: "function" as const,
      name,
      ...(description !== undefined && { description }),
      parameters: await schemaOf(parameters, "input"),
    })),
  );
  const request = input as Request;
  // Thoughts that are sent back are read by their own provider alone.
  const thread = request.hints?.thread ?? `run-${Math.random().toString(36).slice(2)}`;
  return { ...request, tools: [...(request.tools ?? []), ...own], hints: { ...request.hints, thread } };
}

async function runAll(
  tools: Record<string, OwnTool>,
  calls: AnswerToolCall[],
  parallel: boolean,
  signal: AbortSignal | undefined,
): Promise<ToolOutput[]> {
  if (parallel) return Promise.all(calls.map((call) => runOne(tools, call, signal)));
  const outputs: ToolOutput[] = [];
  for (const call of calls) outputs.push(await runOne(tools, call, signal));
  return outputs;
}

async function runOne(
  tools: Record<string, OwnTool>,
  { callId, name, arguments: text }: AnswerToolCall,
  signal: AbortSignal | undefined,
): Promise<ToolOutput> {
  try {
    const tool = Object.hasOwn(tools, name) ? tools[name] : undefined;
    if (!tool) throw new Error(`there is no tool \`${name}\``);
    const args = await readForm(tool.parameters, text.trim() || "{}");
    if ("why" in args) throw new Error(args.why);
    const output = await tool.run(args.value, { signal });
    return { callId, output: typeof output === "string" ? output : (JSON.stringify(output) ?? "null"), isError: false };
  } catch (error) {
    signal?.throwIfAborted();
    return { callId, output: error instanceof Error ? error.message : String(error), isError: true };
  }
}

/** What is left of an amount, bounded by another. Amounts are exact decimal text. */
function less(most: Pusd, spent: Pusd, other: Pusd | undefined): Pusd {
  const [a, b, c] = [most, spent, other].map((text) => (text === undefined ? undefined : pico(text)));
  const left = (a ?? 0n) > (b ?? 0n) ? (a ?? 0n) - (b ?? 0n) : 0n;
  const bounded = c !== undefined && c < left ? c : left;
  return dollars(bounded);
}

function pico(text: Pusd): bigint {
  const [whole = "0", fraction = ""] = String(text).split(".");
  return BigInt(whole) * 10n ** 12n + BigInt(fraction.padEnd(12, "0"));
}

function dollars(amount: bigint): Pusd {
  const digits = amount.toString().padStart(13, "0");
  return `${digits.slice(0, -12)}.${digits.slice(-12)}`;
}
