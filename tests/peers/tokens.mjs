// Counts requests as npm's gpt-tokenizer does: one JSON object a line in, one number a line out, or
// null where it throws. Its first line is its name and version.
import { createRequire } from "node:module";
import { createInterface } from "node:readline";

const require = createRequire(`${process.env.GPT_TOKENIZER_DIR ?? process.cwd()}/`);
const { version } = require("gpt-tokenizer/package.json");
console.log(`gpt-tokenizer ${version}`);

for await (const line of createInterface({ input: process.stdin })) {
  const { model, messages, functions } = JSON.parse(line);
  let count = null;
  try {
    const tokenizer = require(`gpt-tokenizer/model/${model}`);
    count = tokenizer.countChatCompletionTokens({ messages, functions });
  } catch {
    // What it does not take is told apart from what it counts wrong.
  }
  console.log(JSON.stringify(count));
}
