// Quotes one real request, lets the router choose a model, streams the answer and settles the bill.
//
//     node quickstart.mjs                      a code review, no key and no network
//     node quickstart.mjs --request FILE       a body your application sends today; `-` reads stdin
//     OPENAI_API_KEY=… node quickstart.mjs --live
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { Farebox, FareboxError } from "farebox";
import { emulate } from "../../tests/js/emulator.mjs";

const { values } = parseArgs({ options: { request: { type: "string" }, live: { type: "boolean" } } });

try {
  await quickstart(values);
} catch (error) {
  if (!(error instanceof FareboxError)) throw error;
  console.error(`error: ${error.kind}: ${error.message}`);
  process.exitCode = 1;
}

async function quickstart({ request: path, live }) {
  const file = path ?? new URL("../requests/code-review.json", import.meta.url);
  const body = parse(readFileSync(file === "-" ? 0 : file, "utf8"));
  const emulator = live ? undefined : await emulate({ tokens_per_second: 2000 });
  try {
    const reach = emulator ? { apiKey: "sk-emulated", baseUrl: emulator.baseUrl } : {};
    // What the request names is what the application pays for today; the ladder may do better.
    const farebox = new Farebox({ ...reach, policy: { namedModel: "reroute" } });

    console.log(`request: ${path ?? "examples/requests/code-review.json"}\n`);
    printQuote(farebox.quote(body));

    console.log(`\nanswer${live ? "" : " (emulated)"}:`);
    const stream = farebox.stream(body);
    try {
      for await (const event of stream) {
        if (event.type === "text_delta" || event.type === "refusal_delta") process.stdout.write(event.text);
      }
    } finally {
      console.log("\n");
      printReceipt(await stream.receipt);
    }
  } finally {
    await emulator?.close();
  }
}

function parse(text) {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new FareboxError({ kind: "invalid_request", message: `the request is no JSON: ${error.message}` });
  }
}

function printQuote({ estimates, decision, plan }) {
  console.table(
    estimates.map(({ model, input, output, cost }) => ({
      model: `${model === decision.chosen.model ? "▸ " : "  "}${model}`,
      input: `${input.basis.type === "exact" ? "" : "~"}${input.tokens.expected}`,
      output: `${output.tokens.low} / ${output.tokens.expected} / ${output.tokens.high}`,
      low: cost?.low ?? "no published price",
      expected: cost?.expected,
      high: cost?.high,
    })),
  );
  console.log(`route: ${decision.sentence}`);
  for (const { model, reason } of decision.rejected) console.log(`  not ${model}: ${reason.message}`);
  const rungs = plan.rungs.map(({ arm }) => arm.model).join(", then ");
  console.log(`plan: ${rungs}; at most ${plan.worstCase ? `$${plan.worstCase}` : "any amount"}`);
}

function printReceipt({ model, usage, cost, estimate, baseline, inputErrorTokens, attempts }) {
  console.log(`receipt: ${model ?? "nobody"}, ${attempts.length} attempt(s)`);
  console.log(`  tokens  ${JSON.stringify(usage.tokens)}${inputErrorTokens === 0 ? ", input as counted" : ""}`);
  console.log(`  cost    $${cost}`);
  if (estimate) console.log(`  quoted  $${estimate.expected} ($${estimate.low} to $${estimate.high})`);
  if (baseline) console.log(`  ${baseline.model} would have cost $${baseline.cost}: saved $${baseline.saving}`);
}
