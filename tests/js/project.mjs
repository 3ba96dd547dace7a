// Fresh projects with the packed package inside, as a user's `npm install` leaves them.
import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = join(dirname(fileURLToPath(import.meta.url)), "../..");
const work = join(root, "target/packed");

let tarball;

/** Packs the package once a process and returns the tarball's path. */
export function pack() {
  if (!tarball) {
    mkdirSync(work, { recursive: true });
    const answer = execFileSync("npm", ["pack", "--json", "--pack-destination", work], {
      cwd: join(root, "pkg"),
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    });
    // npm answers with a list up to version 11 and with an object keyed by name after it.
    const [{ filename }] = Object.values(JSON.parse(answer));
    tarball = join(work, filename);
  }
  return tarball;
}

/** Makes an empty project `name`, writes `files` into it and installs the package beside `dependencies`. */
export function freshProject(name, { files = {}, dependencies = {}, type = "module" } = {}) {
  const folder = join(work, name);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  write(folder, {
    "package.json": JSON.stringify(
      { name, private: true, type, dependencies: { ...dependencies, farebox: `file:${pack()}` } },
      null,
      2,
    ),
    ...files,
  });
  execFileSync("npm", ["install", "--no-audit", "--no-fund", "--prefer-offline", "--loglevel=error"], {
    cwd: folder,
    stdio: ["ignore", "ignore", "inherit"],
  });
  return folder;
}

/** Writes `{ path: text }` under `folder`. */
export function write(folder, files) {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
}

/** Copies a fixture folder into `{ path: text }`. */
export function fixture(folder) {
  const files = {};
  for (const name of readdirSync(folder, { recursive: true })) {
    const path = join(folder, name);
    if (statSync(path).isFile()) files[name] = readFileSync(path, "utf8");
  }
  return files;
}
