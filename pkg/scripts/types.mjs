// The kernel's types as committed, and which of them estimates are made of: what a change of the Rust
// types does to callers is seen in review. The types of the kernel without calls are the same.
// `types.mjs --accept` takes the built ones as the new copy.
import { copyFileSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const pkg = join(dirname(fileURLToPath(import.meta.url)), "..");
const dist = (name) => join(pkg, "dist", name);
const committed = (name) => join(pkg, "types", name);

for (const name of ["kernel.d.ts", "slim-types.d.ts"]) {
  if (process.argv.includes("--accept")) {
    copyFileSync(dist(name), committed(name));
    console.log(`types: ${name} accepted`);
  } else {
    compare(name);
  }
}
const others = differing(declarations("slim-kernel.d.ts"), declarations("kernel.d.ts"));
for (const name of others) fail(`\`${name}\` is another in the kernel without calls`);

function compare(name) {
  const [now, before] = [dist(name), committed(name)].map((path) => readFileSync(path, "utf8").split("\n"));
  const line = now.findIndex((text, index) => text !== before[index]);
  if (line < 0 && now.length === before.length) return console.log(`types: ${now.length} lines of ${name}, as committed`);
  const at = line >= 0 ? line : now.length;
  fail(`line ${at + 1} of ${name} is \`${now[at] ?? ""}\`, committed is \`${before[at] ?? ""}\``);
  console.error("types: look at the difference, then `npm run types -- --accept` in pkg/");
}

/** What a module declares, but for the glue's own view of it: the lines of each declaration by its name. */
function declarations(name) {
  const parts = readFileSync(dist(name), "utf8").split(/^(?=export )/m);
  const named = parts.map((part) => [/^export (?:default )?\w+ (\w+)/.exec(part)?.[1], part]);
  return new Map(named.filter(([name]) => name && name !== "InitOutput").map(([name, part]) => [name, part.split("\n")]));
}

/** A class may have fewer members; everything else is the same. */
function differing(some, all) {
  return [...some].filter(([name, lines]) => {
    const whole = all.get(name) ?? [];
    const own = code(lines);
    const known = code(whole);
    return own.some((line) => !known.includes(line)) || (!/^export class/.test(lines[0]) && own.length !== known.length);
  }).map(([name]) => name);
}

// A comment at the end of a declaration is that of the next one.
function code(lines) {
  return lines.filter((line) => line.trim() !== "" && !/^\s*(\/\*\*|\*)/.test(line));
}

function fail(message) {
  console.error(`types: ${message}`);
  process.exitCode = 1;
}
