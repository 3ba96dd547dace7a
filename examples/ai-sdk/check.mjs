// Runs a wrapped model against the address it is given, and says what it saw.
import { createOpenAI } from "@ai-sdk/openai";
import { generateText, streamText, wrapLanguageModel } from "ai";
import { Farebox } from "farebox";
import { fare } from "./middleware.mjs";

const openai = createOpenAI({ apiKey: "sk-check", baseURL: process.argv[2] });
const names = ["gpt-5.4-nano", "gpt-5.4-mini", "gpt-5.4"];
const models = Object.fromEntries(names.map((name) => [name, openai.responses(name)]));
const farebox = new Farebox();
await farebox.preload();

const receipts = [];
const model = wrapLanguageModel({
  model: models["gpt-5.4"],
  middleware: fare({ farebox, models, onReceipt: (receipt) => receipts.push(receipt) }),
});
const whole = await generateText({ model, prompt: "Name a river.", maxRetries: 0 });
const stream = streamText({ model, prompt: "Name a river.", maxRetries: 0 });
let text = "";
for await (const delta of stream.textStream) text += delta;

console.log(
  JSON.stringify({
    routed: receipts.map(({ model }) => model),
    answered: whole.text.length > 0 && text === whole.text,
    paid: receipts.every(({ cost }) => Number(cost) > 0),
    same: receipts[0].cost === receipts[1].cost,
  }),
);
