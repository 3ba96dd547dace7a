// What a call does beside answering, through the package against the emulator: checks, rate limits,
// spans, tools and forms. Works in Node and in a page alike.
import { client, control } from "./faults.mjs";

const request = { model: "gpt-5.4-mini", input: "Write a haiku about a ferry that leaves on time." };

const checks = {
  async "a reader who leaves ends the call at once, also while it waits"(farebox, origin) {
    const stalled = async () => {
      await control(origin, "script", { faults: ["stall; stall_after_events=9; stall_ms=8000"] });
      return client(farebox.Farebox, origin).stream(request);
    };
    for (const leave of [
      async (stream) => {
        for await (const { type } of stream) if (type === "text_delta") break;
      },
      async (stream) => {
        const reader = stream.toReadableStream().getReader();
        while ((await reader.read()).value.type !== "text_delta");
        const waiting = (async () => {
          while (!(await reader.read()).done);
        })();
        await new Promise((resolve) => setTimeout(resolve, 300));
        await reader.cancel();
        await waiting;
      },
    ]) {
      const stream = await stalled();
      const started_ms = Date.now();
      await leave(stream);
      const { attempts } = await stream.receipt;
      same(Date.now() - started_ms < 1_400, true, "it ends before its patience does");
      same(attempts.length, 1, "attempts");
      same(attempts[0].error.kind, "cancelled", "how the attempt ended");
      same(attempts[0].billing.type, "unknown", "what may be billed is on the receipt");
    }
  },

  async "events asked for side by side come in order"(farebox, origin) {
    const one = [];
    for await (const event of client(farebox.Farebox, origin).stream(request)) one.push(event);
    const events = client(farebox.Farebox, origin).stream(request)[Symbol.asyncIterator]();
    const asked = await Promise.all(Array.from({ length: one.length + 3 }, () => events.next()));
    const many = asked.flatMap(({ done, value }) => (done ? [] : [value]));
    const text = (list) => list.map(({ text }) => text ?? "").join("");
    same(text(many), text(one), "the words");
    same(asked.slice(-2).every(({ done }) => done), true, "nothing comes after the end");
  },

  async "the caller's own rate limit is waited for in turn"(farebox, origin) {
    const one = { "gpt-5.4-mini": { requests: 60 } };
    const limited = client(farebox.Farebox, origin, { rateLimits: one });
    const first = limited.stream(request);
    await first.text;
    // The bucket holds sixty; what the provider says is left empties it.
    await control(origin, "script", { faults: [{ headers: { "x-ratelimit-limit-requests": "60", "x-ratelimit-remaining-requests": "0" } }] });
    await limited.send(request);
    let waited = 0;
    const stream = limited.stream(request);
    for await (const event of stream) waited += event.type === "waiting" ? 1 : 0;
    same(waited > 0, true, "an event says that the call waits");
    same((await stream.receipt).attempts.length, 1, "attempts");
    const abort = new AbortController();
    const cancelled = limited.stream(request, { signal: abort.signal });
    abort.abort();
    const failure = await cancelled.reply.catch((error) => error);
    same(failure.kind, "cancelled", "the kind");
    same(failure.receipt.attempts.length, 0, "attempts of a call that never went");
  },

  async "a budget is held before sending, settled after, and outlives a crash"(farebox, origin) {
    const kept = [];
    const budget = { limits: [{ window: "session", amount: "0.02" }] };
    const onBudget = (state) => void kept.push(JSON.stringify(state));
    const spending = client(farebox.Farebox, origin, { budget, onBudget });
    const short = { ...request, max_output_tokens: 400 };
    const { receipt, quote } = await spending.send(short);
    same(kept.length, 2, "times it was kept");
    const at = (state) => JSON.parse(state).ledger;
    same(at(kept[0]).holds.map(({ amount }) => amount).join(), quote.plan.worstCase, "what is held");
    same(at(kept[1]).holds.length, 0, "holds after the end");
    same(Object.values(at(kept[1]).settled).join(), receipt.cost, "what is settled");
    // After a crash between the two, the call counts at its worst.
    const after = client(farebox.Farebox, origin, { budget: JSON.parse(kept[0]), onBudget });
    same(after.budget.ledger.holds.length, 1, "holds of the calls nobody heard of again");
    const asked = async () => (await control(origin, "bill")).lines.length;
    const before = await asked();
    const failures = await Promise.all(
      Array.from({ length: 12 }, () => after.send({ ...short, max_output_tokens: 1_200 }).then(() => "", (error) => error.kind)),
    );
    same(failures.includes("over_budget"), true, "calls beyond the budget are refused");
    same(failures.every((kind) => ["", "over_budget"].includes(kind)), true, "and for nothing else");
    same(await asked(), before + failures.filter((kind) => kind === "").length, "requests at the provider");
    const spent = Object.values(after.budget.ledger.settled);
    same(Number(after.evaluate("sum", spent)) <= 0.02, true, "the budget holds");
    // What cannot be kept is not sent.
    const lost = client(farebox.Farebox, origin, { budget, onBudget: () => Promise.reject(new Error("disk full")) });
    const failure = await lost.send(short).catch((error) => error);
    same(failure.kind, "over_budget", "the kind");
    same(await asked(), before + failures.filter((kind) => kind === "").length, "requests after that");
  },

  async "spans tell of every attempt and of no content or key"(farebox, origin) {
    const told = [];
    await control(origin, "script", { faults: ["server_error"] });
    await client(farebox.Farebox, origin, { onSpan: (span) => told.push(span) }).send(request);
    same(told.length, 2, "spans");
    const [failed, answered] = told;
    same(failed.attributes["error.type"], "provider_unavailable", "the first one's error");
    same(answered.name, "chat gpt-5.4-mini", "the name");
    same(answered.attributes["gen_ai.provider.name"], "openai", "the provider");
    same(answered.attributes["gen_ai.response.finish_reasons"]?.join(), "stop", "the reason to stop");
    same(answered.attributes["gen_ai.usage.output_tokens"] > 0, true, "the output is counted");
    const text = JSON.stringify(told);
    same(/haiku|ferry|sk-proj/.test(text), false, "content or a key is told");
    const open = [];
    await client(farebox.Farebox, origin, { onSpan: (span) => open.push(span), recordContent: true }).send(request);
    const [{ attributes }] = open;
    same(attributes["gen_ai.input.messages"].includes("haiku"), true, "wanted content is told");
    same(JSON.stringify(attributes).includes("sk-proj"), false, "a key is told");
  },

  async "the caller's check sends a refused answer to a stronger model"(farebox, origin) {
    const policy = {
      preset: "bulk",
      checks: { caller: { acceptsGoodPpm: 990_000, acceptsBadPpm: 20_000 } },
      failureCost: "5",
    };
    const judged = [];
    const verify = async (answer) => {
      judged.push(answer.text);
      return judged.length === 1 ? "not good enough" : undefined;
    };
    const farebox_ = client(farebox.Farebox, origin, { policy, verify });
    const plain = { input: request.input };
    const quote = farebox_.quote(plain);
    same(quote.plan.verify?.check.type, "caller", "the plan's check");
    const stream = farebox_.stream(plain);
    const seen = [];
    for await (const event of stream) seen.push(event.type);
    const { receipt } = await stream.reply;
    same(receipt.attempts.length, 2, "attempts");
    same(receipt.attempts[0].refused, "not good enough", "the first one's refusal");
    same(receipt.model, quote.plan.verify.escalateTo.model, "who answered");
    same(seen.includes("superseded"), true, "the first answer is superseded");
  },

  async "tools are run until the model answers, side by side"({ Farebox, runTools }, origin) {
    const call = (city) => ({ name: "weather", arguments: { city } });
    for (const input of [
      { conversation: [{ role: "user", content: [{ type: "text", text: "Where does it rain?" }] }] },
      { model: "gpt-5.4-mini", input: "Where does it rain?", tools: [{ type: "function", name: "weather", parameters: weather }] },
      { model: "gpt-5.4-mini", messages: [{ role: "user", content: "Where does it rain?" }], tools: [{ type: "function", function: { name: "weather", parameters: weather } }] },
    ]) {
      await control(origin, "reset", {});
      await control(origin, "script", {
        answers: [{ tool_calls: [call("Paris"), call("Oslo")], times: 1 }, { text: "In Oslo." }],
      });
      let open = 0;
      let most = 0;
      const tools = {
        weather: {
          description: "The weather in a city",
          parameters: weather,
          async run({ city }) {
            most = Math.max(most, (open += 1));
            await new Promise((resolve) => setTimeout(resolve, 30));
            open -= 1;
            if (city === "Paris") throw new Error("no station in Paris");
            return { city, sky: "rain" };
          },
        },
      };
      const run = await runTools(client(Farebox, origin), input, tools);
      same(run.ended, "answered", "how it ended");
      same(run.reply.text, "In Oslo.", "the answer");
      same(most, 2, "tools at the same time");
      same(run.receipts.length, 2, "receipts");
      const [, second] = await control(origin, "requests");
      const body = JSON.stringify(second.body);
      same(body.includes("no station in Paris") && body.includes("rain"), true, "the results are sent back");
    }
  },

  async "tools that go round in circles are stopped"({ Farebox, runTools }, origin) {
    const again = { tool_calls: [{ name: "weather", arguments: { city: "Paris" } }] };
    const input = { conversation: [{ role: "user", content: [{ type: "text", text: "Does it rain?" }] }] };
    const tools = { weather: { parameters: weather, run: () => "perhaps" } };
    for (const [toolLimits, ended, steps] of [
      [{ repetitions: 2 }, "repetition", 3],
      [{ steps: 2 }, "steps", 2],
      [{ cost: "0.01", repetitions: 1_000, steps: 1_000 }, "cost", undefined],
    ]) {
      await control(origin, "reset", {});
      await control(origin, "script", { answers: [{ ...again, output_tokens: 400 }] });
      const run = await runTools(client(Farebox, origin), { ...input, maxOutputTokens: 500 }, tools, { toolLimits });
      same(run.ended, ended, "how it ended");
      if (steps !== undefined) same(run.receipts.length, steps, "steps");
      if (ended === "cost") same(Number(run.cost) <= 0.01, true, `a cost of ${run.cost}`);
    }
  },

  async "the steps of a run with tools are one piece of work"({ Farebox, runTools }, origin) {
    const call = (city) => ({ tool_calls: [{ name: "weather", arguments: { city } }], times: 1 });
    const tools = { weather: { parameters: weather, run: () => "perhaps" } };
    const farebox = client(Farebox, origin);
    const input = { conversation: [{ role: "user", content: [{ type: "text", text: "Where does it rain?" }] }] };
    const run = async (request, answers) => {
      await control(origin, "script", { answers: [...answers, { text: "In Oslo.", times: 1 }] });
      const run = await runTools(farebox, request, tools);
      same(run.receipts.length, answers.length + 1, "steps");
      return run;
    };
    const threads = () => Object.keys(farebox.posterior.threads).length;
    const told = await run(input, [call("Paris"), call("Oslo")]);
    same(threads(), 1, "pieces of work after the first run");
    same(told.reply.quote.decision.reasons.some(({ code }) => code === "sticky"), true, "the last step keeps the model");
    await run(told.request, []);
    same(threads(), 1, "pieces of work after what comes next of it");
    await run(input, [call("Paris")]);
    same(threads(), 2, "pieces of work after a run of its own");
  },

  async "an answer that misses its form is repaired once"({ Farebox, sendAs }, origin) {
    const form = {
      schema: {
        "~standard": {
          version: 1,
          vendor: "test",
          validate: (value) =>
            typeof value?.city === "string" ? { value: value.city } : { issues: [{ message: "must be text", path: ["city"] }] },
        },
      },
      jsonSchema: { type: "object", properties: { city: { type: "string" } }, required: ["city"], additionalProperties: false },
    };
    const question = { model: "gpt-5.4-mini", conversation: [{ role: "user", content: [{ type: "text", text: "Name a city." }] }] };
    await control(origin, "script", { answers: [{ text: '{"city":5}', times: 1 }, { text: '{"city":"Paris"}', times: 1 }] });
    // Without a stronger model to turn to, the model itself is told what is wrong.
    const policy = { checks: { schema: false } };
    const typed = await sendAs(client(Farebox, origin, { policy }), question, form);
    same(typed.value, "Paris", "the value");
    same(typed.missed.length, 1, "answers before it");
    const [, second] = await control(origin, "requests");
    same(JSON.stringify(second.body).includes("city: must be text"), true, "the model is told what is wrong");
    await control(origin, "script", { answers: [{ text: '{"city":5}', times: 2 }] });
    const failure = await sendAs(client(Farebox, origin, { policy }), question, form).catch((error) => error);
    same(failure.kind, "malformed_response", "the kind");
    same(failure.earlier?.length, 1, "answers before the last one");
  },

  async "a failure after answers tells what those cost"({ Farebox, runTools }, origin) {
    const input = { conversation: [{ role: "user", content: [{ type: "text", text: "Does it rain?" }] }] };
    await control(origin, "script", { answers: [{ tool_calls: [{ name: "weather", arguments: { city: "Paris" } }] }] });
    const run = async () => {
      await control(origin, "script", { faults: ["invalid_api_key"] });
      return "perhaps";
    };
    const tools = { weather: { parameters: weather, run } };
    const failure = await runTools(client(Farebox, origin), input, tools).catch((error) => error);
    same(failure.kind, "authentication", "the kind");
    same(failure.earlier?.length, 1, "answers before it");
    same(Number(failure.earlier[0].cost) > 0, true, `a cost of ${failure.earlier[0].cost}`);
  },
};

const weather = { type: "object", properties: { city: { type: "string" } }, required: ["city"] };

/** Runs every check; answers with how many ran and what went otherwise. */
export async function runCalling(farebox, { origin }) {
  const report = { ran: 0, failures: [] };
  for (const [name, check] of Object.entries(checks)) {
    await control(origin, "reset", {});
    try {
      await check(farebox, origin);
    } catch (error) {
      report.failures.push(`${name}: ${String(error?.stack ?? error)}`);
    }
    report.ran += 1;
  }
  return report;
}

function same(found, wanted, what) {
  if (found !== wanted) throw new Error(`${what}: ${JSON.stringify(found)}, expected ${JSON.stringify(wanted)}`);
}
