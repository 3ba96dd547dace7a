// What a first visit transfers, with brotli as hosts do it, held against a committed budget.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync } from "node:zlib";
import { web } from "./prepare.mjs";

const dist = join(web, "dist");
const budget = JSON.parse(readFileSync(join(web, "budget.json"), "utf8"));

/** What a file weighs on its way; fonts and vocabularies are packed already. */
export function sent(name) {
  const bytes = readFileSync(join(dist, name));
  return /\.(woff2|vocab)$/.test(name) ? bytes.length : brotliCompressSync(bytes).length;
}

/** Which part of a visit a file belongs to; `undefined` for what is fetched when it is asked for. */
export function part(name) {
  if (/slim-[^/]*\.wasm$/.test(name)) return "kernel";
  // Comes when something is sent for the first time, or with the service worker.
  if (/kernel-[^/]*\.wasm$|assets\/send-[^/]*\.js$/.test(name)) return "sender";
  if (/o200k[^/]*\.vocab$/.test(name)) return "vocabulary";
  // Comes with the vocabulary: without tokens there is nothing to colour.
  if (/assets\/editor-[^/]*\.js$/.test(name)) return "editor";
  if (name === "sw.js" || !/\.(html|js|css|svg|woff2|webmanifest)$/.test(name)) return undefined;
  return "page";
}

/** Transferred bytes of each part, and of each file in it. */
export function sizes() {
  const files = readdirSync(dist, { recursive: true }).filter(part).map((name) => [name, part(name), sent(name)]);
  const parts = Object.fromEntries(["page", "kernel", "editor", "vocabulary", "sender"].map((name) => [name, 0]));
  for (const [, of, bytes] of files) parts[of] += bytes;
  return { files, parts: { ...parts, "page and kernel": parts.page + parts.kernel } };
}

/** Prints the sizes; a part above its budget fails the build. */
export function reportSizes() {
  const { files, parts } = sizes();
  for (const [name, of, bytes] of files.sort(([, , a], [, , b]) => b - a)) {
    console.log(`${String(bytes).padStart(8)}  ${of.padEnd(11)} ${name}`);
  }
  for (const [name, bytes] of Object.entries(parts)) {
    const most = budget.brotli_bytes[name];
    console.log(`${name}: ${bytes} bytes${most ? ` of ${most}` : ""} (brotli)`);
    if (bytes <= most || most === undefined) continue;
    console.error(`the ${name} may be ${most} bytes: see budget.json`);
    process.exitCode = 1;
  }
}
