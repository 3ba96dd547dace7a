// What every consumer does with the package: count, quote, stream, and see refusals as typed errors.
export async function check({ Farebox, FareboxError, count, preload }, baseUrl) {
  await preload(["o200k_base"]);
  const farebox = new Farebox({ apiKey: "sk-test", baseUrl, dangerouslyAllowBrowser: true });
  const request = { model: "gpt-5.4-mini", input: "Say hello in one sentence.", max_output_tokens: 60 };
  const quote = farebox.quote(request);
  const [chosen] = quote.estimates.filter(({ model }) => model === quote.decision.chosen.model);

  let text = "";
  const stream = farebox.stream(request);
  for await (const event of stream) if (event.type === "text_delta") text += event.text;
  const receipt = await stream.receipt;
  const whole = await farebox.send(request);

  return {
    tokens: count("hello world"),
    basis: chosen.input.basis.type,
    model: quote.decision.chosen.model,
    streamed: text.length > 0,
    same: text === whole.text,
    exact: receipt.inputErrorTokens === 0,
    paid: Number(receipt.cost) > 0 && Number(receipt.cost) <= Number(chosen.cost.high),
    refused: kindOf(FareboxError, () => farebox.quote({ model: "no-such-model", input: "x" })),
  };
}

function kindOf(FareboxError, action) {
  try {
    return action();
  } catch (error) {
    return error instanceof FareboxError ? error.kind : String(error);
  }
}
