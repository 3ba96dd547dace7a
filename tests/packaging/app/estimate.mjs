// What every consumer does with the entry that only estimates: quote, before and after there is a vocabulary.
export async function estimate(slim) {
  const { count, Farebox, FareboxError, load, preload } = slim;
  await load();
  const farebox = new Farebox();
  const request = { model: "gpt-5.4-mini", input: "Say hello in one sentence.", max_output_tokens: 60 };
  const basis = () => farebox.quote(request).estimates[0].input.basis.type;
  const before = basis();
  await preload(["o200k_base"]);
  return { before, after: basis(), ...seen(farebox, request), tokens: count("hello world"), refused: refused(farebox, FareboxError) };
}

function seen(farebox, request) {
  const { decision, estimates } = farebox.quote(request);
  return { model: decision.chosen.model, priced: estimates.every(({ cost }) => Number(cost.low) > 0), sends: "send" in farebox };
}

function refused(farebox, FareboxError) {
  try {
    return farebox.quote({ model: "no-such-model", input: "x" });
  } catch (error) {
    return error instanceof FareboxError ? error.kind : String(error);
  }
}
