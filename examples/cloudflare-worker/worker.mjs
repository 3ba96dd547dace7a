// A routing proxy on Cloudflare Workers: pages send ordinary OpenAI requests here, without a key; the
// worker chooses the model, adds the key and passes the answer through as it streams.
//
//     const farebox = new Farebox({ baseUrl: "/openai/v1" });        in the page, or any OpenAI client
//
// Put something in front that knows your users: as it stands, whoever reaches it spends your money.
import { Farebox, FareboxError, loadVocabulary } from "farebox";
import vocabulary from "farebox/vocab/o200k_base.vocab";

const paths = new Set(["/openai/v1/responses", "/openai/v1/chat/completions"]);
const longest_bytes = 1_000_000;
const farebox = new Farebox();
const ready = loadVocabulary("o200k_base", vocabulary);

export default {
  async fetch(request, env) {
    const { pathname } = new URL(request.url);
    if (request.method !== "POST" || !paths.has(pathname)) return refuse(404, "not_found", "no such endpoint");
    try {
      return await forward(await bodyOf(request), pathname, request.signal, env);
    } catch (error) {
      if (!(error instanceof FareboxError)) throw error;
      return refuse(400, error.kind, error.message);
    }
  },
};

async function forward(body, pathname, signal, env) {
  await ready;
  // What a page names is a wish; what it may cost is decided here.
  const policy = { namedModel: "reroute", maxCost: env.MAX_COST ?? "0.05" };
  const quote = farebox.quote(body, { policy });
  const { model } = quote.decision.chosen;
  const answer = await fetch(`${env.OPENAI_BASE_URL ?? "https://api.openai.com/v1"}${pathname.slice("/openai/v1".length)}`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${env.OPENAI_API_KEY}` },
    body: JSON.stringify({ ...body, model }),
    signal,
  });
  const estimate = quote.estimates.find((estimate) => estimate.model === model);
  return new Response(answer.body, {
    status: answer.status,
    headers: {
      "content-type": answer.headers.get("content-type") ?? "application/json",
      "x-farebox-model": model,
      "x-farebox-expected-cost": estimate?.cost?.expected ?? "unknown",
    },
  });
}

async function bodyOf(request) {
  const text = await request.text();
  if (text.length > longest_bytes) {
    throw new FareboxError({
      kind: "invalid_request",
      message: `a request here holds at most ${longest_bytes} characters, this one has ${text.length}`,
    });
  }
  try {
    return JSON.parse(text);
  } catch {
    throw new FareboxError({ kind: "invalid_request", message: "the body is no JSON" });
  }
}

function refuse(status, code, message) {
  return Response.json({ error: { message, type: "invalid_request_error", code } }, { status });
}
