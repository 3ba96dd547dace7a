// What a first visit transfers, with brotli as hosts do it.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync } from "node:zlib";
import { web } from "./prepare.mjs";

const dist = join(web, "dist");

/** Transferred bytes before the vocabulary: of the kernel, and of everything else. */
export function sizes() {
  const found = { page: 0, kernel: 0, vocabulary: 0, files: [] };
  for (const name of readdirSync(dist, { recursive: true })) {
    if (!/\.(html|js|css|svg|wasm|vocab|woff2|webmanifest)$/.test(name) || name === "sw.js") continue;
    const bytes = readFileSync(join(dist, name));
    // Fonts and vocabularies are packed already.
    const sent = /\.(woff2|vocab)$/.test(name) ? bytes.length : brotliCompressSync(bytes).length;
    found.files.push([name, sent]);
    if (name.endsWith(".vocab")) found.vocabulary += name.includes("o200k") ? sent : 0;
    else if (name.endsWith(".wasm")) found.kernel += sent;
    else found.page += sent;
  }
  return found;
}

export function reportSizes() {
  const { page, kernel, vocabulary, files } = sizes();
  for (const [name, bytes] of files.sort(([, a], [, b]) => b - a)) console.log(`${String(bytes).padStart(8)}  ${name}`);
  console.log(`page ${page} bytes, kernel ${kernel}, both ${page + kernel}; the vocabulary ${vocabulary} after them (brotli)`);
  if (page > PAGE_BYTES) {
    console.error(`the page without its kernel may be ${PAGE_BYTES} bytes`);
    process.exitCode = 1;
  }
}

/** What a page may transfer before the vocabulary, kernel apart. */
const PAGE_BYTES = 250_000;
