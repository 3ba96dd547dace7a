// The official `openai` client with a fare: every request is quoted, sent to the model that should
// answer it, and settled by the usage that comes back. The client's own answers and types are left as
// they are; what Farebox adds stands beside them.
import { Farebox } from "farebox";

/**
 * Wraps an `OpenAI` client. `create` answers with `{ quote, answer, settle }`: the answer is what the
 * client gives, a whole one or a stream; `settle()` prices it once it is over.
 */
export function metered(client, { farebox = new Farebox(), policy } = {}) {
  async function create(endpoint, api, body, options) {
    const quote = farebox.quote(body, { policy });
    const { model } = quote.decision.chosen;
    const sent = { ...body, model };
    // A stream of chat completions says what it used only when asked.
    if (api === "chat" && body.stream) sent.stream_options = { ...body.stream_options, include_usage: true };
    const answer = await endpoint.create(sent, options);
    if (!body.stream) return { quote, answer, settle: async () => bill(api, model, answer) };

    let last;
    const watched = (async function* () {
      for await (const event of answer) {
        if (api === "chat" ? event.usage : event.type === "response.completed") last = event.response ?? event;
        yield event;
      }
    })();
    return { quote, answer: watched, settle: async () => bill(api, model, last) };
  }

  function bill(api, model, answer) {
    if (!answer?.usage) return { model };
    const usage = farebox.evaluate("usage", { api, answer });
    const terms = { at: Date.now(), serviceTier: "standard", regional: false };
    return { model, usage, cost: farebox.evaluate("price", { model, usage, terms }).total };
  }

  return {
    responses: { create: (body, options) => create(client.responses, "responses", body, options) },
    chat: {
      completions: { create: (body, options) => create(client.chat.completions, "chat", body, options) },
    },
  };
}
