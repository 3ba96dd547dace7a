// The sixteen faults that today's clients trip over, and servers that answer nonsense, through the
// package against the emulator. Works in Node and in a page alike, so it imports nothing.

const key = "sk-proj-emulatorKey0123456789abcdef";
const request = { model: "gpt-5.4-mini", input: "Write a haiku about a ferry that leaves on time." };
const patience = { connectTimeoutMs: 10_000, firstContentTimeoutMs: 12_000, idleTimeoutMs: 1_500 };

/** Each scenario: faults in order, then what a caller sees. Without `kind` an answer comes. */
const scenarios = [
  ["no fault", [], { attempts: 1 }],
  ["429 with Retry-After 2", ["rate_limit; retry_after=2"], { attempts: 2, atLeast_ms: 2_000 }],
  ["429", ["status=429"], { attempts: 2, atLeast_ms: 375 }],
  ["503 twice", ["status=503", "status=503"], { attempts: 3 }],
  ["500", ["server_error"], { attempts: 2 }],
  ["529", ["status=529"], { attempts: 2 }],
  // Chromium asks again by itself after a 408, and shows a page only the second answer.
  ["408", ["request_timeout"], { attempts: 2, inPage: 1 }],
  ["400", ["invalid_request"], { kind: "provider_rejected", attempts: 1 }],
  ["401", ["invalid_api_key"], { kind: "authentication", attempts: 1 }],
  ["used-up quota", ["insufficient_quota"], { kind: "permission", attempts: 1 }],
  ["used-up credit", ["credit_balance_exhausted"], { kind: "permission", attempts: 1 }],
  ["Retry-After 90", ["rate_limit; retry_after=90"], { kind: "rate_limited", attempts: 1, details: { waitMs: 90_000 } }],
  ["cut amid the answer", ["cut; cut_after_events=9"], { streamed: true, kind: "connection", attempts: 1, partial: true }],
  ["cut before any of it", ["cut; cut_after_events=2"], { streamed: true, attempts: 2 }],
  ["cut, begun anew by policy", ["cut; cut_after_events=9"], { streamed: true, restart: "restart", attempts: 2, superseded: 1 }],
  ["cut, gone on by policy", ["cut; cut_after_events=9"], { streamed: true, restart: "continue", attempts: 2, continued: 1 }],
  ["truncated", ["truncate; truncate_after_events=9"], { streamed: true, kind: "malformed_response", attempts: 1, partial: true }],
  ["malformed event", ["malformed; malformed_after_events=9"], { streamed: true, kind: "malformed_response", attempts: 1 }],
  ["stall", ["stall; stall_after_events=9; stall_ms=8000"], { streamed: true, kind: "timeout", attempts: 1, atMost_ms: 6_000 }],
  ["stall with comments", ["stall; stall_after_events=9; stall_ms=8000; keep_alive_ms=300"], { streamed: true, kind: "timeout", attempts: 1, atMost_ms: 6_000 }],
  ["slow first token", ["slow_first"], { streamed: true, attempts: 1, atLeast_ms: 6_000 }],
  ...["nested", "flat", "named", "chunk"].map((shape) => [
    `error inside the stream, ${shape}`,
    [`error_after_events=9; error=overloaded; error_shape=${shape}`],
    { streamed: true, kind: "provider_unavailable", attempts: 1, partial: true },
  ]),
  ["noise", ["unknown_events; chunk_bytes=7"], { streamed: true, attempts: 1 }],
  ["no content type", ["content_type="], { attempts: 1 }],
  ["a proxy's page", ["html", "html", "html"], { kind: "provider_unavailable", attempts: 3 }],
  ["a page with status 200", ["html; status=200", "html; status=200", "html; status=200"], { kind: "malformed_response", attempts: 3 }],
  ["nothing with status 200", ["empty", "empty", "empty"], { kind: "malformed_response", attempts: 3 }],
  ["an error with status 200", ["error_in_200", "error_in_200", "error_in_200"], { kind: "provider_unavailable", attempts: 3 }],
  ["another body", ["body={}", "body={}", "body={}"], { kind: "malformed_response", attempts: 3 }],
  ["a redirect", ["redirect"], { kind: "malformed_response", attempts: 1 }],
  ["a gzip bomb", ["gzip_bomb"], { whole: true, kind: "malformed_response", attempts: 1 }],
  ["an event of 64 MiB", ["huge_event"], { streamed: true, kind: "malformed_response", attempts: 1 }],
];

/** Runs every scenario; answers with how many ran and what went otherwise. */
export async function runFaults({ Farebox }, { origin }) {
  const report = { ran: 0, failures: [] };
  for (const [name, faults, expected] of scenarios) {
    const ways = expected.streamed ? ["stream"] : expected.whole ? ["send"] : ["stream", "send"];
    for (const way of ways) {
      const wrong = await suffer(Farebox, origin, faults, expected, way).catch(
        (error) => `threw ${String(error?.stack ?? error)}`,
      );
      if (wrong) report.failures.push(`${name} (${way}): ${wrong}`);
      report.ran += 1;
    }
  }
  for (const [name, check] of Object.entries(refusals)) {
    const wrong = await check(Farebox, origin).catch((error) => `threw ${String(error?.stack ?? error)}`);
    if (wrong) report.failures.push(`${name}: ${wrong}`);
    report.ran += 1;
  }
  return report;
}

async function suffer(Farebox, origin, faults, expected, way) {
  await control(origin, "reset", {});
  await control(origin, "script", { faults });
  const farebox = client(Farebox, origin, { restart: expected.restart });
  const started_ms = Date.now();
  const seen = { superseded: 0, continued: 0, text: "" };
  let reply;
  let failure;
  try {
    if (way === "send") {
      reply = await farebox.send(request);
    } else {
      const stream = farebox.stream(request);
      for await (const event of stream) {
        if (event.type === "superseded") seen.text = "";
        if (event.type === "text_delta") seen.text += event.text;
        if (event.type in seen) seen[event.type] += 1;
      }
      reply = await stream.reply;
      if (reply.text !== seen.text) return `the pieces are ${seen.text}, the answer is ${reply.text}`;
    }
  } catch (error) {
    failure = error;
  }
  const took_ms = Date.now() - started_ms;
  if (expected.kind !== failure?.kind) return `ended in ${failure ?? "an answer"}, expected ${expected.kind ?? "one"}`;
  if (failure && (String(failure.stack) + JSON.stringify(failure)).includes(key)) return "tells the key";
  if (expected.partial && seen.text === "") return "nothing of the answer came";
  if (!failure && reply.text === "") return "the answer is empty";
  const { attempts } = (failure ?? reply).receipt;
  const told = (typeof document === "object" && expected.inPage) || expected.attempts;
  if (attempts.length !== told) return `${attempts.length} attempts on the receipt`;
  const asked = (await control(origin, "requests")).length;
  if (asked !== expected.attempts) return `the provider was asked ${asked} times`;
  for (const [name, value] of Object.entries(expected.details ?? {})) {
    if (failure.details[name] !== value) return `details.${name} is ${failure.details[name]}`;
  }
  for (const name of ["superseded", "continued"]) {
    if (seen[name] !== (expected[name] ?? 0)) return `${seen[name]} ${name} events`;
  }
  if (took_ms < (expected.atLeast_ms ?? 0)) return `took ${took_ms} ms, too few`;
  if (took_ms > (expected.atMost_ms ?? 30_000)) return `took ${took_ms} ms`;
  return undefined;
}

/** What is refused before anything is sent. */
const refusals = {
  async "keys that are no header"(Farebox, origin) {
    for (const apiKey of ["sk-line\nbreak", "sk with space", "sk-\u00e9"]) {
      const wrong = await refused(() => client(Farebox, origin, { apiKey: () => apiKey }).send(request), "authentication");
      if (wrong) return wrong;
    }
  },
  async "addresses that leak or lack"(Farebox) {
    for (const baseUrl of ["http://api.openai.com/v1", "ftp://api.openai.com", "https://user:word@api.openai.com/v1"]) {
      const send = () => new Farebox({ apiKey: () => key, baseUrl }).send(request);
      const wrong = await refused(send, "invalid_request");
      if (wrong) return `${baseUrl}: ${wrong}`;
    }
  },
  async "bodies that are none"(Farebox, origin) {
    await control(origin, "reset", {});
    for (const body of [{}, { model: "gpt-5.4", input: 5 }, { model: "gpt-5.4", messages: "hi" }]) {
      const wrong = await refused(() => client(Farebox, origin).send(body), "invalid_request");
      if (wrong) return `${JSON.stringify(body)}: ${wrong}`;
    }
    if ((await control(origin, "requests")).length > 0) return "something was sent";
  },
  async "a call cancelled before it begins"(Farebox, origin) {
    await control(origin, "reset", {});
    const options = { signal: AbortSignal.abort() };
    return refused(() => client(Farebox, origin).send(request, options), "cancelled");
  },
};

async function refused(action, kind) {
  try {
    await action();
  } catch (error) {
    if (error.kind !== kind) return `ended in ${error}`;
    return (String(error.stack) + JSON.stringify(error)).includes("sk-") ? "tells the key" : undefined;
  }
  return "was not refused";
}

export function client(Farebox, origin, options = {}) {
  return new Farebox({ apiKey: () => key, baseUrl: `${origin}/v1`, limits: patience, ...options });
}

/** Asks the emulator's control surface; a `body` is posted. */
export async function control(origin, what, body) {
  const init = body && { method: "POST", body: JSON.stringify(body) };
  const answer = await fetch(`${origin}/_emulator/${what}`, init);
  if (!answer.ok) throw new Error(`${what}: ${await answer.text()}`);
  return answer.json();
}
