// Servers that hardly speak HTTP, through the package in Node: typed errors, and answers wherever
// there is one.
import { createServer } from "node:net";
import { client } from "./faults.mjs";

const key = "sk-proj-emulatorKey0123456789abcdef";
const body = '{"id":"r","output":[{"type":"message","content":[{"type":"output_text","text":"Ferry"}]}]}';
const events = `data: {"type":"response.completed","response":${body}}\n\n`;
const ok = (types, content) =>
  `HTTP/1.1 200 OK\r\n${types}content-length: ${Buffer.byteLength(content)}\r\nconnection: close\r\n\r\n${content}`;

const cases = [
  ["no HTTP at all", "not http at all\r\n\r\n", "connection"],
  ["headers over the limit", `HTTP/1.1 200 OK\r\nx-big: ${"a".repeat(1 << 21)}\r\n\r\n`, "connection"],
  ["a body shorter than its length", "HTTP/1.1 200 OK\r\ncontent-length: 900\r\n\r\n{}", "connection"],
  ["no content type", ok("", body)],
  ["two content types", ok("content-type: text/html\r\ncontent-type: application/json\r\n", body)],
  ["events as JSON", ok("content-type: application/json\r\n", events)],
  ["JSON as events", ok("content-type: text/event-stream\r\n", body)],
];

/** A server that keeps its connections: each answer ends a little after the event that ends it. */
async function keeping(Farebox) {
  let connections = 0;
  const server = createServer((socket) => {
    connections += 1;
    socket.on("error", () => {});
    socket.on("data", () => {
      const head = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n";
      socket.write(`${head}${Buffer.byteLength(events).toString(16)}\r\n${events}\r\n`);
      setTimeout(() => socket.write("0\r\n\r\n"), 20);
    });
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const farebox = client(Farebox, `http://127.0.0.1:${server.address().port}`);
  for (let call = 0; call < 4; call += 1) {
    await farebox.stream({ model: "gpt-5.4-mini", input: "hi" }).text;
    await new Promise((resolve) => setTimeout(resolve, 60));
  }
  server.close();
  return connections === 1 ? [] : [`four calls took ${connections} connections`];
}

export async function runRaw({ Farebox }) {
  const report = { ran: 1, failures: await keeping(Farebox) };
  for (const [name, answer, kind] of cases) {
    const server = createServer((socket) => {
      socket.on("error", () => {});
      socket.once("data", () => socket.end(answer));
    });
    await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
    const farebox = client(Farebox, `http://127.0.0.1:${server.address().port}`, { limits: { maxRetries: 0 } });
    try {
      const text = await farebox.stream({ model: "gpt-5.4-mini", input: "hi" }).text;
      if (kind) report.failures.push(`${name}: answered ${text}`);
      else if (text !== "Ferry") report.failures.push(`${name}: the answer is ${text}`);
    } catch (error) {
      if (error.kind !== kind) report.failures.push(`${name}: ended in ${error.stack}`);
      if ((String(error.stack) + JSON.stringify(error)).includes(key)) report.failures.push(`${name}: tells the key`);
    }
    server.close();
    report.ran += 1;
  }
  return report;
}
