// `node tests/js/bench/overhead.mjs`: processor time per thousand streamed events, the package beside
// the official client, on the same recorded streams from a server in a process of its own. Set
// FAREBOX_DATA to the folder that holds `streams/`.
//
// A bare `fetch` that reads the same bytes and drops them is measured too: what it takes is nobody's
// overhead, and both clients pay it. So each figure stands twice, whole and above the bare `fetch`.
// Whoever folds answers with the whole message at the end, and the words of all are compared.
import { fork } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { root } from "../project.mjs";

const data = process.env.FAREBOX_DATA ?? join(root, "../shared/data");
const ROUNDS = Number(process.env.ROUNDS ?? 9);
const ROUND_EVENTS = 5_000;

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
      // Some recordings are several answers in one file, of which no client reads all.
      const ends = events.filter((event) => /^data: \[DONE\]|"type": ?"response\.completed"/m.test(event)).length;
      if (ends < 2 && !body.includes("\r\n") && !/"error":\s*{/.test(body)) found.push({ api: about.api, events });
    }
    at += 512 + Math.ceil(size / 512) * 512;
  }
  return found;
}

/** Serves the streams in turn, by format and by who asks: each event a write of its own. */
function serve() {
  const streams = { chat: [], responses: [] };
  for (const { api, events } of recorded()) streams[api].push(events);
  const turns = {};
  process.on("message", ({ api, without }) => {
    streams[api] = streams[api].filter((_, place) => !without.includes(place));
    for (const name of Object.keys(turns)) delete turns[name];
    process.send(streams[api].map((events) => events.length));
  });
  const server = createServer((request, response) => {
    request.resume();
    request.on("end", async () => {
      const [, client] = request.url.split("/");
      const api = request.url.includes("chat") ? "chat" : "responses";
      const turn = (turns[client + api] = (turns[client + api] ?? -1) + 1);
      response.writeHead(200, { "content-type": "text/event-stream" });
      for (const event of streams[api][turn % streams[api].length]) {
        if (!response.write(event)) await once(response, "drain");
      }
      response.end();
    });
  });
  server.listen(0, "127.0.0.1", () => {
    const { chat, responses } = streams;
    process.send({ port: server.address().port, chat: chat.length, responses: responses.length });
  });
}

const model = "gpt-5.4-mini";
const messages = [{ role: "user", content: "hi" }];

/** Each answers with the words of the answer. */
const contenders = {
  async farebox(origin) {
    const { Farebox } = await import(join(root, "pkg/dist/node.js"));
    const client = new Farebox({ apiKey: () => "sk-bench", baseUrl: `${origin}/v1` });
    const call = async (body) => {
      const stream = client.stream(body);
      for await (const _ of stream);
      return (await stream.reply).text;
    };
    return { chat: () => call({ model, messages }), responses: () => call({ model, input: "hi" }) };
  },
  async "openai, folded"(origin) {
    const { default: OpenAI } = await import("openai");
    const client = new OpenAI({ apiKey: "sk-bench", baseURL: `${origin}/v1` });
    return {
      async chat() {
        const stream = client.chat.completions.stream({ model, messages });
        for await (const _ of stream);
        return (await stream.finalChatCompletion()).choices[0].message.content ?? "";
      },
      async responses() {
        const stream = client.responses.stream({ model, input: "hi" });
        for await (const _ of stream);
        return (await stream.finalResponse()).output_text;
      },
    };
  },
  async "openai, raw events"(origin) {
    const { default: OpenAI } = await import("openai");
    const client = new OpenAI({ apiKey: "sk-bench", baseURL: `${origin}/v1` });
    return {
      async chat() {
        let text = "";
        const stream = await client.chat.completions.create({ model, stream: true, messages });
        for await (const { choices } of stream) text += choices[0]?.delta.content ?? "";
        return text;
      },
      async responses() {
        let text = "";
        const stream = await client.responses.create({ model, stream: true, input: "hi" });
        for await (const { type, delta } of stream) if (type === "response.output_text.delta") text += delta;
        return text;
      },
    };
  },
  async "bare fetch"(origin) {
    const call = async (path, body) => {
      const headers = { authorization: "Bearer sk-bench", "content-type": "application/json" };
      const response = await fetch(`${origin}/v1/${path}`, { method: "POST", headers, body: JSON.stringify(body) });
      const reader = response.body.getReader();
      while (!(await reader.read()).done);
    };
    return {
      chat: () => call("chat/completions", { model, stream: true, messages }),
      responses: () => call("responses", { model, stream: true, input: "hi" }),
    };
  },
};

/** Makes as many calls as it is told to: microseconds of this process, and the words of the answers. */
async function contend(origin, name) {
  const calls = await contenders[name](`${origin}/${name.replace(/\W+/g, "-")}`);
  process.on("message", async ({ api, times }) => {
    const words = [];
    const before = process.cpuUsage();
    for (let call = 0; call < times; call += 1) words.push(await calls[api]().catch(() => false));
    const { user, system } = process.cpuUsage(before);
    process.send({ us: user + system, words });
  });
  process.send("ready");
}

const median = (list) => list.toSorted((a, b) => a - b)[Math.floor(list.length / 2)];

async function compare() {
  const self = fileURLToPath(import.meta.url);
  const server = fork(self, ["serve"]);
  const [{ port, ...known }] = await once(server, "message");
  const children = {};
  for (const name of Object.keys(contenders)) {
    children[name] = fork(self, ["contend", `http://127.0.0.1:${port}`, name]);
    await once(children[name], "message");
  }
  const ask = async (child, what) => {
    child.send(what);
    const [answer] = await once(child, "message");
    return answer;
  };
  const { version } = JSON.parse(readFileSync(join(root, "tests/js/bench/node_modules/openai/package.json"), "utf8"));
  console.log(`node ${process.version}, openai ${version}; microseconds of processor time per 1,000 events,`);
  console.log(`medians of ${ROUNDS} rounds in turn, after three that warm up`);
  for (const [api, times] of Object.entries(known)) {
    // A client that gives up on a stream has less to do: what one of them rejects is left out.
    const rejected = new Set();
    for (const [name, child] of Object.entries(children)) {
      const { words } = await ask(child, { api, times });
      const places = words.flatMap((text, place) => (text === false ? [place] : []));
      if (places.length > 0) console.log(`${api}: ${places.length} streams are left out: ${name} rejects them`);
      for (const place of places) rejected.add(place);
    }
    const counts = await ask(server, { api, without: [...rejected] });
    const events = counts.reduce((sum, count) => sum + count, 0);
    const turns = Math.ceil(ROUND_EVENTS / events);
    console.log(`${api}: ${counts.length} streams of ${Math.round(events / counts.length)} events on average`);
    const found = {};
    for (let round = -3; round < ROUNDS; round += 1) {
      let expected;
      for (const [name, child] of Object.entries(children)) {
        const { us, words } = await ask(child, { api, times: turns * counts.length });
        if (round >= 0) (found[name] ??= []).push((us / turns / events) * 1_000);
        if (name === "bare fetch") continue;
        expected ??= words;
        const other = words.findIndex((text, place) => text !== expected[place]);
        if (other >= 0) console.log(`  a stream reads otherwise with ${name}: ${JSON.stringify([expected[other], words[other]])}`);
      }
    }
    const floor = median(found["bare fetch"]);
    const ours = median(found.farebox);
    for (const [name, list] of Object.entries(found)) {
      const whole = median(list);
      const share = (part, of) => (of > 0 ? (part / of).toFixed(2) : "-");
      const told = [
        `whole ${Math.round(whole)} (farebox ${share(ours, whole)} of it)`,
        `above the bare fetch ${Math.round(whole - floor)} (farebox ${share(ours - floor, whole - floor)} of it)`,
      ];
      console.log(`  ${name}: ${name === "bare fetch" ? told[0] : told.join(", ")}`);
    }
  }
  for (const child of [server, ...Object.values(children)]) child.kill();
}

const [, , role, origin, name] = process.argv;
if (role === "serve") serve();
else if (role === "contend") await contend(origin, name);
else await compare();
