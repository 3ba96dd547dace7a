// Runs of a planner with its workers, through the package against the emulator. Works in Node and in a
// page alike.
import { client, control } from "./faults.mjs";

const step = (id, inputs) => ({ id, kind: "code_review", instruction: `Review ${id}.`, inputs, after: [], acceptance: null });
const plan = { steps: [step("a", ["a.rs"]), step("b", ["b.rs"]), step("both", ["a", "b"])], answer: null };
const answers = [
  { when: { last_contains: "Do not do the work yet" }, json: plan },
  { when: { last_contains: "has been done in steps" }, text: "Merge it." },
  { when: { last_contains: "Review a." }, text: "a is fine" },
  { when: { last_contains: "Review b." }, text: "b is fine" },
  { when: { last_contains: "Review both." }, text: "both are fine" },
];
const goal = {
  request: { conversation: [{ role: "user", content: [{ type: "text", text: "Review this change." }] }] },
  materials: [
    { name: "a.rs", text: "fn a() {}" },
    { name: "b.rs", text: "fn b() {}" },
  ],
};
const settings = { check: "none" };

const checks = {
  async "a goal goes through its plan, and every attempt is on the receipt"(farebox, origin) {
    const running = client(farebox.Farebox, origin);
    const quote = running.quoteRun(goal, settings);
    const run = running.run(goal, settings);
    const seen = [];
    let spent = "0";
    for await (const event of run) {
      seen.push(event.type);
      same(Number(event.spent) >= Number(spent), true, "what is spent only grows");
      spent = event.spent;
    }
    const { answer, error, steps, receipt } = await run.outcome;
    same(error, undefined, "the error");
    same(answer.text, "Merge it.", "the answer");
    same(steps.map(({ id, status }) => `${id} ${status}`).join(), "a done,b done,both done", "the steps");
    same(seen[0], "plan_started", "the first event");
    same(seen.filter((type) => type === "step_started").length, 3, "steps begun");
    same(receipt.attempts.map(({ role }) => role).join(), "planner,worker,worker,worker,planner", "whose attempts");
    const roles = Object.values(receipt.roles).map(({ cost }) => cost);
    same(running.evaluate("sum", roles), receipt.cost, "the sum of the roles");
    same(receipt.cost, (await control(origin, "totals")).cost_usd, "what the provider bills");
    same(JSON.stringify(receipt.quote.cost), JSON.stringify(quote.cost), "the quote beside the receipt");
    const again = await run[Symbol.asyncIterator]().next().catch((failure) => failure.kind);
    same(again, "invalid_request", "reading it twice");
  },

  async "the caller's own check sends a result back"(farebox, origin) {
    let looked = 0;
    const check = ({ step: id }) => (id === "a" && looked++ === 0 ? "say more" : undefined);
    const { answer } = await client(farebox.Farebox, origin).run(goal, { check: "caller" }, { check }).outcome;
    same(answer.text, "Merge it.", "the answer");
    same(looked, 2, "times it looked at the step");
    same((await control(origin, "bill")).lines.length, 6, "requests");
  },

  async "a run goes on from any state that was saved, and pays for nothing twice"(farebox, origin) {
    const states = [];
    const first = client(farebox.Farebox, origin).run(goal, settings, { save: async (state) => void states.push(state) });
    const { receipt } = await first.outcome;
    same(states.length >= 5, true, "states");
    for (const state of states) {
      await control(origin, "reset", {});
      await control(origin, "script", { answers });
      const outcome = await client(farebox.Farebox, origin).resume(state).outcome;
      same(outcome.answer.text, "Merge it.", "the answer");
      same(outcome.receipt.cost, receipt.cost, "what all of it cost");
      const { lines } = await control(origin, "bill");
      const kept = JSON.parse(state).run.ledger.receipt.attempts.length;
      same(lines.length, 5 - kept, "requests after the crash");
    }
    const running = client(farebox.Farebox, origin);
    for (const text of ["not a run", "{}", states[0].replace("farebox-run/2", "farebox-run/0")]) {
      same(kindOf(() => running.resume(text)), "invalid_request", "no saved run");
    }
    same(kindOf(() => running.run({ request: {} })), "invalid_request", "a goal that says nothing");
    same(kindOf(() => running.run(goal, { workers: [] })), "invalid_policy", "nobody to work");
  },

  async "leaving the loop, aborting or cancelling stops every call"(farebox, origin) {
    const budget = { limits: [{ window: "session", amount: "5" }] };
    const running = client(farebox.Farebox, origin, { budget });
    const begin = async (options) => {
      await control(origin, "script", { faults: ["slow_first"] });
      return running.run(goal, settings, options);
    };
    const abort = new AbortController();
    const aborted = await begin({ signal: abort.signal });
    setTimeout(() => abort.abort(), 100);
    same((await aborted.outcome).error.kind, "cancelled", "an abort");
    const left = await begin({});
    for await (const _ of left) break;
    same((await left.outcome).error.kind, "cancelled", "leaving the loop");
    const cancelled = await begin({});
    same((await cancelled.cancel()).error.kind, "cancelled", "cancelling");
    const before = (await control(origin, "bill")).lines.length;
    const never = running.run(goal, settings, { signal: AbortSignal.abort() });
    same((await never.outcome).error.kind, "cancelled", "aborted before it began");
    same((await control(origin, "bill")).lines.length, before, "requests of a run that never began");
    await new Promise((resolve) => setTimeout(resolve, 50));
    same(running.budget.ledger.holds.length, 0, "money held for nothing");
  },

  async "a run stays within its own limit and the client's budget"(farebox, origin) {
    const bounded = await client(farebox.Farebox, origin).run(goal, { ...settings, limits: { maxCost: "0.000001" } }).outcome;
    same(bounded.error.kind, "over_budget", "its own limit");
    const budget = { limits: [{ window: "session", amount: "0.000001" }] };
    const poor = await client(farebox.Farebox, origin, { budget }).run(goal, settings).outcome;
    same(poor.error.kind, "over_budget", "the client's budget");
    same((await control(origin, "bill")).lines.length, 0, "requests");
  },
};

/** Runs every check; answers with how many ran and what went otherwise. */
export async function runRuns(farebox, { origin }) {
  const report = { ran: 0, failures: [] };
  for (const [name, check] of Object.entries(checks)) {
    await control(origin, "reset", {});
    await control(origin, "script", { answers });
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

function kindOf(action) {
  try {
    action();
    return undefined;
  } catch (error) {
    return error.kind;
  }
}
