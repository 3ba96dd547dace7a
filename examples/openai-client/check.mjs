// Runs the wrapped client against the address it is given, and says what it saw.
import { Farebox } from "farebox";
import OpenAI from "openai";
import { metered } from "./metered.mjs";

const client = new OpenAI({ apiKey: "sk-check", baseURL: process.argv[2] });
const farebox = new Farebox();
await farebox.preload();
const openai = metered(client, { farebox, policy: { namedModel: "reroute" } });

const whole = await openai.responses.create({ model: "gpt-5.4", input: "Name a river.", max_output_tokens: 40 });
const paid = await whole.settle();

const streamed = await openai.chat.completions.create({
  model: "gpt-5.4",
  messages: [{ role: "user", content: "Name a river." }],
  stream: true,
});
let text = "";
for await (const chunk of streamed.answer) text += chunk.choices[0]?.delta?.content ?? "";
const paidToo = await streamed.settle();

const { low, high } = whole.quote.estimates.find(({ model }) => model === paid.model).cost;
console.log(
  JSON.stringify({
    rerouted: paid.model,
    answered: whole.answer.output_text.length > 0 && text.length > 0,
    within: Number(low) <= Number(paid.cost) && Number(paid.cost) <= Number(high),
    settled: Number(paidToo.cost) > 0,
  }),
);
