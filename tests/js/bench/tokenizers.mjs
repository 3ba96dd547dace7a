// Farebox's tokenizer beside those of npm, in one run on one input: `npm run bench`.
//
// Each runs in a process of its own, so that a first pass is a first pass. Rounds take turns, and time
// is that of the processor (a compiler at work beside a first pass included), so that a busy machine
// is busy for all.
// The corpora are those the native bench made, or lie where `--corpora DIR` says.
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

const CORPORA = ["prose", "code", "zh", "ja", "ko", "json"];
const WORST = {
  letter: "a",
  spaces: " ",
  newlines: "\n",
  lower: "abcdefghijklmnopqrstuvwxyz",
  base64: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/",
  marks: "\u0301",
};

// What loads each and gives back what counts with it.
const RIVALS = {
  async farebox() {
    const { count, preload } = await import("../../../pkg/dist/node.js");
    await preload(["o200k_base"]);
    return (text) => count(text);
  },
  async hypertok() {
    const { fromBytes } = await import("hypertok");
    const { vocabulary } = await import("@hypertok/vocab-o200k");
    const tokenizer = await fromBytes(readFileSync(fileURLToPath(vocabulary)), { tier: "single" });
    return (text) => tokenizer.encodeSync(text).length;
  },
  async "gpt-tokenizer"() {
    const { countTokens } = await import("gpt-tokenizer/encoding/o200k_base");
    return (text) => countTokens(text);
  },
  async tiktoken() {
    const { get_encoding } = await import("tiktoken");
    const encoding = get_encoding("o200k_base");
    return (text) => encoding.encode_ordinary(text).length;
  },
  async "js-tiktoken"() {
    const { getEncoding } = await import("js-tiktoken");
    const encoding = getEncoding("o200k_base");
    return (text) => encoding.encode(text, [], []).length;
  },
  async "ai-tokenizer"() {
    const { Tokenizer } = await import("ai-tokenizer");
    const encoding = await import("ai-tokenizer/encoding/o200k_base");
    const tokenizer = new Tokenizer(encoding);
    return (text) => tokenizer.count(text);
  },
};

const option = (name) => {
  const at = process.argv.indexOf(name);
  return at < 0 ? undefined : process.argv[at + 1];
};

const folder = option("--corpora") ?? path.join(os.tmpdir(), "farebox-bench-corpora");
if (!existsSync(path.join(folder, "prose.txt"))) {
  console.error(`no corpora in ${folder}: run the native bench first, it makes them`);
  process.exit(1);
}
if (option("--worker")) {
  await measure(option("--worker"), option("--kind"));
} else {
  run();
}

async function measure(name, kind) {
  const clock = () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1e3;
  };
  const started = clock();
  const count = await RIVALS[name]();
  count("hello world");
  const figures = { load: clock() - started };
  const time = (text) => {
    const start = clock();
    count(text);
    return clock() - start;
  };
  if (kind === "speed") {
    const texts = CORPORA.map((corpus) => readFileSync(path.join(folder, `${corpus}.txt`), "utf8"));
    const megabytes = texts.map((text) => Buffer.byteLength(text) / 1e6);
    texts.forEach((text, i) => (figures[`first ${CORPORA[i]}`] = time(text) / megabytes[i]));
    texts.forEach((text, i) => {
      const best = Math.min(...[0, 1, 2].map(() => time(text)));
      figures[`warm ${CORPORA[i]}`] = best / megabytes[i];
    });
    const prompts = texts[0].match(/[^]{1,1100}/gu).slice(0, 500);
    const chat = () => prompts.reduce((sum, prompt) => sum + time(prompt), 0) / prompts.length;
    figures["warm chat"] = Math.min(chat(), chat());
  } else if (kind !== "load") {
    const chars = [...WORST[kind]];
    let seed = 42;
    const next = () => (seed = (Math.imul(seed, 1103515245) + 12345) >>> 0) >>> 16;
    // Growing until it is long enough shows who is not linear before it takes forever.
    for (let length = 1000; ; length *= 10) {
      const text = Array.from({ length }, () => chars[next() % chars.length]).join("");
      const milliseconds = time(text);
      if (length >= 1e6 || milliseconds > 1000) {
        figures[`worst ${kind}`] = milliseconds / (Buffer.byteLength(text) / 1e6);
        break;
      }
    }
  }
  console.log(JSON.stringify(figures));
}

function run() {
  const rounds = Number(option("--rounds") ?? 2);
  const figures = {};
  for (let round = 0; round < rounds; round++) {
    for (const kind of ["load", "speed", ...Object.keys(WORST)]) {
      for (const name of Object.keys(RIVALS)) {
        const argv = [fileURLToPath(import.meta.url), "--worker", name, "--kind", kind];
        const settings = { timeout: 60_000, stdio: ["ignore", "pipe", "ignore"], encoding: "utf8" };
        let measured = {};
        try {
          measured = JSON.parse(
            execFileSync(process.execPath, [...argv, "--corpora", folder], settings),
          );
        } catch {
          // It ran out of time or memory: no figure.
        }
        for (const [cell, cost] of Object.entries(measured)) {
          figures[cell] ??= {};
          figures[cell][name] = Math.min(figures[cell][name] ?? Infinity, cost);
        }
      }
    }
  }
  const speed = (cost) => (1e3 / cost).toFixed(1);
  const columns = (pass) => CORPORA.map((corpus) => `${pass} ${corpus}`);
  table("Count, first pass, MB/s", columns("first"), figures, speed);
  table("Count, warm, MB/s", columns("warm"), figures, speed);
  table("A prompt of 1.1 kB, µs", ["warm chat"], figures, (cost) => (cost * 1e3).toFixed(1));
  table("Load to a first count, ms", ["load"], figures, (cost) => cost.toFixed(1));
  table("Worst cases, MB/s", Object.keys(WORST).map((kind) => `worst ${kind}`), figures, speed);
}

// In brackets, how many times better Farebox is.
function table(title, cells, figures, show) {
  console.log(`\n## ${title}\n`);
  console.log(`| | ${cells.map((cell) => cell.split(" ").pop()).join(" | ")} |`);
  console.log(`|---|${"---|".repeat(cells.length)}`);
  for (const name of Object.keys(RIVALS)) {
    const row = cells.map((cell) => {
      const cost = figures[cell]?.[name];
      if (cost === undefined) return "–";
      const ours = figures[cell].farebox ?? cost;
      return `${show(cost)} (${(cost / ours).toFixed(1)}x)`;
    });
    console.log(`| ${name} | ${row.join(" | ")} |`);
  }
}
