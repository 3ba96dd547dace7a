// Runs vector files against one host of the kernel. Works in every runtime and in a page alike, so it
// imports nothing.

/** What the package's own kernel answers; the rest only the module built for the vectors does. */
const shipped = ["count", "estimate", "price", "quote", "sum", "tokens"];

const encodings = ["cl100k_base", "o200k_base"];

/**
 * Runs every case of every file; returns how many ran, how many were promised, through which module,
 * and what differed. `whole` is the glue of the module with every operation, `file` reads a file of
 * the project.
 */
export async function runVectors(farebox, whole, file) {
  const { catalog, files } = JSON.parse(new TextDecoder().decode(await file("vectors.json")));
  whole.initSync({ module: await file("vectors-kernel/kernel.wasm") });
  for (const encoding of encodings) {
    const bytes = new Uint8Array(await file(`node_modules/farebox/dist/vocab/${encoding}.vocab`));
    await farebox.loadVocabulary(encoding, bytes);
    whole.loadVocabulary(encoding, bytes);
  }
  const client = new farebox.Farebox({ catalog });
  const kernel = new whole.Kernel(catalog);
  const through = {
    package: (subject, input) => client.evaluate(subject, input),
    vectors: (subject, input) => {
      try {
        return JSON.parse(kernel.run(subject, JSON.stringify(input)));
      } catch (thrown) {
        throw typeof thrown === "string" ? JSON.parse(thrown) : thrown;
      }
    },
  };
  const report = { ran: 0, promised: 0, failures: [], subjects: { package: {}, vectors: {} } };
  for (const { subject, count, cases } of files) {
    const module = shipped.includes(subject) ? "package" : "vectors";
    report.promised += count;
    for (const vector of cases) {
      const difference = compare(vector, outcome(through[module], subject, vector.input));
      if (difference) report.failures.push(`${vector.id}: ${difference}`);
      report.ran += 1;
    }
    report.subjects[module][subject] = (report.subjects[module][subject] ?? 0) + cases.length;
  }
  if (report.ran !== report.promised) {
    report.failures.push(`ran ${report.ran} cases, the files promise ${report.promised}`);
  }
  return report;
}

/** Runs the cases that an app's module answers through the one that only estimates; returns how many, and what differed. */
export async function runEstimates(slim, file) {
  const { catalog, files } = JSON.parse(new TextDecoder().decode(await file("vectors.json")));
  await slim.load();
  await slim.preload(encodings);
  const client = new slim.Farebox({ catalog });
  const report = { ran: 0, failures: [] };
  for (const { subject, cases } of files.filter(({ subject }) => shipped.includes(subject))) {
    for (const vector of cases) {
      const difference = compare(vector, outcome((name, input) => client.evaluate(name, input), subject, vector.input));
      if (difference) report.failures.push(`${vector.id}: ${difference}`);
      report.ran += 1;
    }
  }
  return report;
}

function outcome(evaluate, subject, input) {
  try {
    return { expect: evaluate(subject, input) };
  } catch (error) {
    if (typeof error?.kind !== "string") return { crash: String(error?.stack ?? error) };
    return { error: { kind: error.kind, message: error.message, details: error.details } };
  }
}

function compare(vector, found) {
  if ("crash" in found) return `threw something else than a typed error: ${found.crash}`;
  if ("error" in vector !== "error" in found) {
    return `expected ${show(vector.error ?? vector.expect)}, found ${show(found.error ?? found.expect)}`;
  }
  const [wanted, got] = "error" in vector ? [vector.error, found.error] : [vector.expect, found.expect];
  const fields = "error" in vector ? Object.keys(wanted) : undefined;
  if (fields) {
    const wrong = fields.find((name) => !same(wanted[name], got[name]));
    return wrong && `error.${wrong} is ${show(got[wrong])}, expected ${show(wanted[wrong])}`;
  }
  return same(wanted, got) ? undefined : firstDifference(wanted, got, "");
}

/** Exact equality of JSON values; the order of an object's keys is no part of its value. */
export function same(a, b) {
  if (a === b) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => key in b && same(a[key], b[key]));
}

function firstDifference(wanted, got, path) {
  const nested = [wanted, got].every((value) => typeof value === "object" && value !== null);
  if (nested && Array.isArray(wanted) === Array.isArray(got)) {
    for (const key of new Set([...Object.keys(wanted), ...Object.keys(got)])) {
      if (!same(wanted[key], got[key])) return firstDifference(wanted[key], got[key], `${path}/${key}`);
    }
  }
  return `${path || "the answer"} is ${show(got)}, expected ${show(wanted)}`;
}

function show(value) {
  const text = JSON.stringify(value) ?? "absent";
  return text.length > 300 ? `${text.slice(0, 300)}…` : text;
}
