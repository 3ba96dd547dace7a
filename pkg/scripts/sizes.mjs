// Prints what a page downloads, raw, gzip and brotli, and fails above the committed budget.
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { buildSync } from "esbuild";

const pkg = join(dirname(fileURLToPath(import.meta.url)), "..");

// What a bundler makes of an entry, without the kernel's own file.
function bundled(entry) {
  const { outputFiles } = buildSync({
    entryPoints: [join(pkg, "dist", entry)],
    bundle: true,
    minify: true,
    format: "esm",
    target: "es2022",
    write: false,
  });
  return Buffer.from(outputFiles[0].contents);
}

function measure(parts) {
  const sizes = { raw: 0, gzip: 0, brotli: 0 };
  for (const bytes of parts) {
    sizes.raw += bytes.length;
    sizes.gzip += gzipSync(bytes, { level: 9 }).length;
    sizes.brotli += brotliCompressSync(bytes, {
      params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_LGWIN]: 22 },
    }).length;
  }
  return sizes;
}

const products = {
  "kernel.wasm": () => [file("kernel.wasm")],
  "glue and driver": () => [bundled("browser.js")],
  "kernel, glue and driver": () => [file("kernel.wasm"), bundled("browser.js")],
  "slim.wasm": () => [file("slim.wasm")],
  "slim: glue and driver": () => [bundled("slim.js")],
  "slim: kernel, glue and driver": () => [file("slim.wasm"), bundled("slim.js")],
  "catalog.json": () => [file("catalog.json")],
  "vocab/o200k_base": () => [file("vocab/o200k_base.vocab")],
  "vocab/cl100k_base": () => [file("vocab/cl100k_base.vocab")],
};

function file(name) {
  const path = join(pkg, "dist", name);
  return existsSync(path) ? readFileSync(path) : undefined;
}

/** What a kernel may weigh beside its budget that holds the standard library as it is installed. */
function allowance(budget, name) {
  const target = process.env.CARGO_TARGET_DIR ?? join(pkg, "../target");
  const isLarger = existsSync(join(target, "wasm32-unknown-unknown/wasm/installed-std"));
  return isLarger && /^(slim: )?kernel|^slim\.wasm/.test(name) ? budget.more_brotli_bytes_with_std_as_installed : 0;
}

/** Compares every product with `budget.json`; throws when one is over. */
export function checkSizes() {
  const budget = JSON.parse(readFileSync(join(pkg, "budget.json"), "utf8"));
  const over = [];
  for (const [name, read] of Object.entries(products)) {
    const parts = read();
    if (parts.includes(undefined)) {
      console.log(`${name.padEnd(29)} absent`);
      continue;
    }
    const { raw, gzip, brotli } = measure(parts);
    const limit = budget.brotli_bytes[name] + allowance(budget, name);
    const figures = [raw, gzip, brotli].map((bytes) => String(bytes).padStart(9)).join(" ");
    console.log(`${name.padEnd(29)} ${figures}  of ${limit} brotli`);
    if (brotli > limit) over.push(`${name} is ${brotli} bytes in brotli, the budget is ${limit}`);
  }
  if (over.length > 0) throw new Error(over.join("; "));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) checkSizes();
