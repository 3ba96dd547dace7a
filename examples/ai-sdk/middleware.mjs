// A middleware for the Vercel AI SDK (version 7): quotes each call, routes it to the model that should
// answer, and reports what it cost. `wrapLanguageModel({ model, middleware: fare({ … }) })`.
import { Farebox } from "farebox";

/**
 * `models` are the SDK's own, by the names that Farebox's catalogue gives them; `onReceipt` is told of
 * each call once it is over.
 */
export function fare({ farebox = new Farebox(), models, policy, onReceipt = () => {} }) {
  const ladder = { ladder: Object.keys(models), ...policy };

  function route(params) {
    const quote = farebox.quote(requestOf(params), { policy: ladder });
    return { quote, name: quote.decision.chosen.model };
  }

  function settle({ quote, name }, counted) {
    const usage = usageOf(counted);
    const terms = { at: Date.now(), serviceTier: "standard", regional: false };
    const cost = farebox.evaluate("price", { model: name, usage, terms }).total;
    onReceipt({ model: name, usage, cost, quote });
  }

  return {
    specificationVersion: "v4",
    async wrapGenerate({ params }) {
      const chosen = route(params);
      const answer = await models[chosen.name].doGenerate(params);
      settle(chosen, answer.usage);
      return answer;
    },
    async wrapStream({ params }) {
      const chosen = route(params);
      const { stream, ...rest } = await models[chosen.name].doStream(params);
      const watched = new TransformStream({
        transform(part, controller) {
          if (part.type === "finish") settle(chosen, part.usage);
          controller.enqueue(part);
        },
      });
      return { stream: stream.pipeThrough(watched), ...rest };
    },
  };
}

/** The SDK's prompt as a request that Farebox can count. */
function requestOf({ prompt, maxOutputTokens, tools }) {
  return {
    messages: prompt.map(({ role, content }) => ({ role, content: textOf(content) })),
    ...(maxOutputTokens === undefined ? {} : { max_completion_tokens: maxOutputTokens }),
    ...(tools?.length
      ? {
          tools: tools
            .filter(({ type }) => type === "function")
            .map(({ name, description, inputSchema }) => ({
              type: "function",
              function: { name, description, parameters: inputSchema },
            })),
        }
      : {}),
  };
}

function textOf(content) {
  if (typeof content === "string") return content;
  return content
    .map((part) => (part.type === "text" || part.type === "reasoning" ? part.text : JSON.stringify(part)))
    .join("\n");
}

/** The SDK's counters as classes of tokens that do not overlap. */
function usageOf({ inputTokens, outputTokens }) {
  const { total: input = 0, cacheRead = 0, cacheWrite = 0 } = inputTokens ?? {};
  const { total: output = 0, reasoning = 0 } = outputTokens ?? {};
  return {
    tokens: {
      input: input - cacheRead - cacheWrite,
      cache_read: cacheRead,
      cache_write: cacheWrite,
      output: output - reasoning,
      reasoning,
    },
  };
}
