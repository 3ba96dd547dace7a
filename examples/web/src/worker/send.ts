// Sends the request and settles the bill, with the whole package. The key lives in this call and nowhere else.
import { type ErrorFields, type Event, Farebox, preload, type Provider } from "farebox";
import type { Destination, Sent } from "../messages";
import type { Read } from "./draft";

export async function send(
  { request, hints, policy, posterior, settings }: Read,
  { target, baseUrl, key }: Destination,
  signal: AbortSignal,
  onEvent: (event: Event) => void,
): Promise<Sent> {
  // The kernel that sends counts for itself; without the vocabulary its counts are approximate, too.
  await preload(["o200k_base"]).catch(() => undefined);
  const started = performance.now();
  const emulated = target === "emulator";
  const known: Provider[] = new Farebox().evaluate("providers", undefined);
  const reach = ({ id, apis }: Provider) => ({
    apiKey: key || (emulated ? "emulated" : undefined),
    ...(baseUrl && { baseUrl: versioned(baseUrl, apis.includes("generate_content")) }),
    id,
  });
  const farebox = new Farebox({
    providers: Object.fromEntries(known.map(reach).map(({ id, ...options }) => [id, options])),
    // The key in this page is the visitor's own: typed by them, kept in memory, sent to the address they see.
    dangerouslyAllowBrowser: true,
    ...(settings.baseline && { baseline: settings.baseline }),
  });
  // A batch is no stream; what it would cost is quoted all the same.
  const sent = settings.lane === "batch" ? { ...request, serviceTier: "standard" as const } : request;
  const stream = farebox.stream(sent, { hints, policy, posterior, signal });
  let error: ErrorFields | undefined;
  try {
    for await (const event of stream) onEvent(event);
  } catch (thrown) {
    const { kind = "invalid_request", message, details } = thrown as ErrorFields;
    error = { kind, message, ...(details && { details }) };
  }
  const receipt = await stream.receipt;
  return { receipt, quote: stream.quote, tookMs: performance.now() - started, ...(error && { error }) };
}

/** OpenAI's and Anthropic's paths stand under `/v1`, Gemini's under `/v1beta`: one address serves all. */
function versioned(baseUrl: string, beta: boolean): string {
  return beta ? baseUrl.replace(/\/v1\/?$/, "/v1beta") : baseUrl;
}
