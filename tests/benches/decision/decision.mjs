// How long a decision takes in Node: the bench `routing` in wasm, optimised for size as the kernel is.
//
//     cargo build --release --target wasm32-unknown-unknown && node decision.mjs

import { readFile } from "node:fs/promises";

const target = process.env.CARGO_TARGET_DIR ?? new URL("target", import.meta.url).pathname;
const file = `${target}/wasm32-unknown-unknown/release/farebox_decision_bench.wasm`;
const { instance } = await WebAssembly.instantiate(await readFile(file), {});
const { set_up, decide } = instance.exports;

const DECISIONS = 5_000;
for (const rungs of [3, 60]) {
  for (const [known, state] of ["cold", "taught", "taught, with words"].entries()) {
    set_up(rungs, known);
    // What the engine's compiler does at first is no decision's time.
    for (let call = 0; call < 1_000; call++) decide();
    const times = Array.from({ length: DECISIONS }, () => {
      const started = process.hrtime.bigint();
      if (decide() !== rungs) throw new Error("a rung is missing");
      return Number(process.hrtime.bigint() - started) / 1e3;
    }).sort((one, other) => one - other);
    const at = (share) => times[Math.floor(DECISIONS * share)].toFixed(1);
    console.log(`${rungs} rungs, ${state}: p50 ${at(0.5)} us, p99 ${at(0.99)} us, p99.9 ${at(0.999)} us`);
  }
}
