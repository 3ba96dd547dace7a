// `node tests/js/bench/overhead.mjs`: processor time per thousand streamed events, the package beside
// the official client, on the same recorded streams from a server in a process of its own. Set
// FAREBOX_DATA to the folder that holds `streams/`.
import { fork } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { root } from "../project.mjs";

const data = process.env.FAREBOX_DATA ?? join(root, "../shared/data");

/** The recorded streams of OpenAI's own that are long enough to tell: `{ api, events }`. */
function recorded() {
  const folder = join(data, "streams");
  const index = new Map(
    readFileSync(join(folder, "index.jsonl"), "utf8").trim().split("\n").map((line) => {
      const about = JSON.parse(line);
      return [about.file, about];
    }),
  );
  const tar = gunzipSync(readFileSync(join(folder, "streams.tar.gz")));
  const found = [];
  for (let at = 0; at + 512 <= tar.length; ) {
    const text = (from, length) => tar.toString("utf8", at + from, at + from + length).replace(/\0.*$/s, "");
    const name = [text(345, 155), text(0, 100)].filter(Boolean).join("/").replace(/^(\.\/)?(streams\/)?/, "");
    const size = parseInt(text(124, 12), 8) || 0;
    const about = index.get(name);
    const fits = about && about.api !== "messages" && /openai/.test(about.host) && about.events >= 30 && about.terminal !== null;
    if (fits) {
      const body = tar.toString("utf8", at + 512, at + 512 + size);
      const events = body.split(/(?<=\n\n)/);
      if (!body.includes("\r\n") && !/"error":\s*{/.test(body)) found.push({ api: about.api, events });
    }
    at += 512 + Math.ceil(size / 512) * 512;
  }
  return found;
}

/** Serves the streams in turn, by format: each event a write of its own. */
function serve() {
  const streams = recorded();
  const turns = { chat: 0, responses: 0 };
  const server = createServer((request, response) => {
    request.resume();
    request.on("end", async () => {
      const api = request.url.includes("chat") ? "chat" : "responses";
      const fitting = streams.filter((stream) => stream.api === api);
      const { events } = fitting[turns[api]++ % fitting.length];
      response.writeHead(200, { "content-type": "text/event-stream" });
      for (const event of events) if (!response.write(event)) await once(response, "drain");
      response.end();
    });
  });
  server.listen(0, "127.0.0.1", () => {
    const count = (api) => streams.filter((stream) => stream.api === api).map(({ events }) => events.length);
    process.send({ port: server.address().port, chat: count("chat"), responses: count("responses") });
  });
}

const contenders = {
  async farebox(origin) {
    const { Farebox } = await import(join(root, "pkg/dist/node.js"));
    const client = new Farebox({ apiKey: () => "sk-bench", baseUrl: `${origin}/v1` });
    return {
      chat: () => drain(client.stream({ model: "gpt-5.4-mini", messages: [{ role: "user", content: "hi" }] })),
      responses: () => drain(client.stream({ model: "gpt-5.4-mini", input: "hi" })),
    };
  },
  async "openai, folded"(origin) {
    const { default: OpenAI } = await import("openai");
    const client = new OpenAI({ apiKey: "sk-bench", baseURL: `${origin}/v1` });
    return {
      chat: () => drain(client.chat.completions.stream({ model: "gpt-5.4-mini", messages: [{ role: "user", content: "hi" }] })),
      responses: () => drain(client.responses.stream({ model: "gpt-5.4-mini", input: "hi" })),
    };
  },
  async "openai, raw"(origin) {
    const { default: OpenAI } = await import("openai");
    const client = new OpenAI({ apiKey: "sk-bench", baseURL: `${origin}/v1` });
    return {
      chat: async () => drain(await client.chat.completions.create({ model: "gpt-5.4-mini", stream: true, messages: [{ role: "user", content: "hi" }] })),
      responses: async () => drain(await client.responses.create({ model: "gpt-5.4-mini", stream: true, input: "hi" })),
    };
  },
};

async function drain(stream) {
  for await (const _ of stream);
}

/** Microseconds of this process per thousand events. */
async function measure(call, counts) {
  const rounds = Math.ceil(6_000 / counts.reduce((sum, count) => sum + count, 0));
  const run = async (times) => {
    for (let round = 0; round < times * counts.length; round += 1) await call().catch(() => {});
  };
  await run(Math.ceil(rounds / 3));
  const before = process.cpuUsage();
  await run(rounds);
  const { user, system } = process.cpuUsage(before);
  const events = rounds * counts.reduce((sum, count) => sum + count, 0);
  return ((user + system) / events) * 1_000;
}

const [, , role, origin, name, counts] = process.argv;
if (role === "serve") {
  serve();
} else if (role === "measure") {
  const calls = await contenders[name](origin);
  const found = {};
  for (const [api, list] of Object.entries(JSON.parse(counts))) found[api] = await measure(calls[api], list);
  process.send(found);
  process.exit(0);
} else {
  const self = fileURLToPath(import.meta.url);
  const server = fork(self, ["serve"]);
  const [{ port, ...known }] = await once(server, "message");
  const results = {};
  for (const contender of Object.keys(contenders)) {
    const child = fork(self, ["measure", `http://127.0.0.1:${port}`, contender, JSON.stringify(known)]);
    [results[contender]] = await once(child, "message");
  }
  server.kill();
  const { version } = JSON.parse(readFileSync(join(root, "tests/js/bench/node_modules/openai/package.json"), "utf8"));
  console.log(`node ${process.version}, openai ${version}; microseconds of processor time per 1,000 events`);
  for (const api of Object.keys(known)) {
    const ours = results.farebox[api];
    for (const [contender, { [api]: theirs }] of Object.entries(results)) {
      console.log(`${api}: ${contender}: ${Math.round(theirs)} (${(ours / theirs).toFixed(2)} of it is farebox's)`);
    }
  }
}
