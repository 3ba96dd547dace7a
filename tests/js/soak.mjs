// Many streamed calls with one in twenty failing by luck, through the package: no receipt is lost or
// counted twice, what was reported is the provider's own bill, and memory stays flat. A few hundred
// calls; `FAREBOX_SOAK=full` makes them ten thousand, and five hundred at once.
import { client, control } from "./faults.mjs";

export async function soak({ Farebox }, { origin }) {
  const full = process.env.FAREBOX_SOAK === "full";
  const [sequential, concurrent] = full ? [10_000, 500] : [200, 60];
  const farebox = client(Farebox, origin, { restart: "restart" });
  const failures = [];
  const reported = new Map();
  const unknown = new Map();
  let receipts = 0;
  const take = (receipt) => {
    receipts += 1;
    for (const { requestId, billing, model } of receipt.attempts) {
      if (billing.type === "free") continue;
      if (reported.has(requestId) || unknown.has(requestId)) failures.push(`${requestId} stands on two receipts`);
      if (billing.type === "reported") reported.set(requestId, { model, total: billing.cost.total });
      else unknown.set(requestId, billing.worstCase);
    }
  };
  const call = async (number) => {
    const model = ["gpt-5.4-nano", "gpt-5.4-mini"][number % 2];
    const stream = farebox.stream({ model, input: `Name river number ${number}.`, max_output_tokens: 600 });
    try {
      for await (const _ of stream);
    } catch (error) {
      if (!error.receipt) throw error;
    }
    take(await stream.receipt);
  };

  let warm;
  for (let number = 0; number < sequential; number += 1) {
    await call(number);
    if (number === Math.floor(sequential / 5)) warm = memory_kib();
  }
  const now = memory_kib();
  const [live_kib, resident_kib] = [now.live - warm.live, now.resident - warm.resident];
  await Promise.all(Array.from({ length: concurrent }, (_, number) => call(sequential + number)));
  if (receipts !== sequential + concurrent) failures.push(`${receipts} receipts`);

  const { lines } = await control(origin, "bill");
  let broken = 0;
  const amounts = [];
  for (const line of lines) {
    const ours = reported.get(line.request_id);
    if (ours) {
      const tokens = { input: line.input_tokens, output: line.output_tokens, reasoning: line.reasoning_tokens };
      const { total } = farebox.evaluate("price", { model: line.model, usage: { tokens }, terms: { at: Date.now() } });
      if (total !== ours.total) failures.push(`${line.request_id}: ours ${ours.total}, the provider's ${total}`);
      amounts.push(total);
      reported.delete(line.request_id);
    } else if (unknown.delete(line.request_id)) {
      broken += 1;
    } else {
      failures.push(`${line.request_id} stands on no receipt`);
    }
  }
  if (reported.size + unknown.size > 0) failures.push(`${reported.size + unknown.size} billed by us alone`);
  // The receipts' own entries take part of it.
  if (live_kib > 4_096 + sequential) failures.push(`what is in use grew by ${live_kib} KiB`);
  // A young process still takes memory it does not need, until some five hundred calls.
  if (full && resident_kib > 16_384 + sequential) failures.push(`grew by ${resident_kib} KiB`);
  const sum = farebox.evaluate("sum", amounts);
  const told = `${sequential} + ${concurrent} calls: ${lines.length} lines, $${sum} and ${broken} broken answers; grew ${live_kib} KiB in use, ${resident_kib} KiB resident`;
  return { told, failures };
}

function memory_kib() {
  globalThis.gc?.();
  const { heapUsed, external, rss } = process.memoryUsage();
  return { live: Math.round((heapUsed + external) / 1024), resident: Math.round(rss / 1024) };
}
