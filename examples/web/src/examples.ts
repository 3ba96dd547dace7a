// Texts to begin with. None of them is anybody's.
import type { Settings } from "./settings";

export interface Example {
  name: string;
  text: () => string;
  tools?: string;
  instructions?: string;
  settings?: Partial<Settings>;
}

export const first = `A customer writes:

"I was charged twice for March, once on the 3rd and once on the 4th. The second charge has a different reference. I have cancelled the card, so please do not refund to it."

Say which team should take this, how urgent it is, and draft a reply of two sentences.`;

export const examples: readonly Example[] = [
  { name: "A support ticket", text: () => first },
  {
    name: "A code review, as a request body",
    text: () =>
      JSON.stringify(
        {
          model: "gpt-5.4",
          instructions: "Report only defects that would hurt a user. For each, name the function and the input that shows it.",
          input: "def discount(price, percent):\n    if percent > 100: percent = 100\n    return price - price * percent / 100\n\ndef total(items, percent):\n    return sum(discount(i.price, percent) for i in items) * len(items)\n",
          max_output_tokens: 1500,
        },
        null,
        2,
      ),
    settings: { kind: "code_review" },
  },
  {
    name: "Ten thousand labels, in a batch",
    text: () => "Label the message: billing, delivery, account or other. Answer with the word alone.\n\nMessage: My parcel says delivered but nothing is here.",
    settings: { preset: "bulk", kind: "bulk_classification", lane: "batch", calls: 10_000, longest: 5 },
  },
  {
    name: "An agent with tools",
    instructions: "You run commands in a repository to make its tests pass. Say what you are about to do before you do it.",
    text: () => "The test `settles_after_midnight` fails since yesterday. Find out why and mend it.",
    tools: JSON.stringify(
      [
        { type: "function", name: "run", description: "Runs a command and returns its output.", parameters: { type: "object", properties: { command: { type: "string" }, timeout_s: { type: "integer" } }, required: ["command"] } },
        { type: "function", name: "edit", description: "Replaces text in a file.", parameters: { type: "object", properties: { path: { type: "string" }, old: { type: "string" }, new: { type: "string" } }, required: ["path", "old", "new"] } },
      ],
      null,
      2,
    ),
    settings: { kind: "terminal_agent" },
  },
  {
    name: "200 kB of a log file",
    text: () => logLines(200_000),
  },
  {
    name: "Past the long-context edge",
    text: () => `Which of these lines explains the outage?\n\n${logLines(940_000)}`,
    settings: { kind: "research" },
  },
];

/** Lines of a log that never was, always the same ones. */
function logLines(length: number): string {
  const words = ["gateway", "ledger", "settlement", "retry", "timeout", "queue", "fare", "ticket", "zone", "kiosk", "refund", "token"];
  const lines: string[] = [];
  let state = 7;
  const next = (below: number) => (state = (state * 48_271) % 2_147_483_647) % below;
  for (let size = 0; size < length; ) {
    const time = `2026-11-${String(1 + next(28)).padStart(2, "0")}T${String(next(24)).padStart(2, "0")}:${String(next(60)).padStart(2, "0")}:${String(next(60)).padStart(2, "0")}Z`;
    const line = `${time} ${["info", "warn", "error"][next(3)]} ${words[next(12)]}.${words[next(12)]} ${words[next(12)]}_id=${next(1e6).toString(16)} took_ms=${next(4000)}`;
    lines.push(line);
    size += line.length + 1;
  }
  return lines.join("\n").slice(0, length);
}
