// What goes wrong around the package: each is one typed error, and the page or program lives on.
import { runScript } from "../js/runtimes.mjs";

const dist = "/node_modules/farebox/dist";

const inNode = {
  "an operation there is none of": "invalid_request",
  "a circle": "invalid_request",
  "a number too great": "invalid_request",
  nothing: "invalid_request",
  "half a character": true,
  "a backslash is no half character": true,
  "a detached buffer": "invalid_request",
  "a vocabulary that was changed": "invalid_request",
  "a counter that was freed": "invalid_request",
  "eight million characters": "context_overflow",
  "a long count": true,
  "its progress": true,
  "a long count stopped": "cancelled",
  "an outcome of no decision": "invalid_request",
  "works on": 2,
};

const trapped = {
  "a text that does not fit": "invalid_request, trapped",
  "the next count": 2,
  "the next quote is as before": true,
  "the budget knows what was held": true,
  "a counter from before": "invalid_request",
  "a new counter": 2,
  "again, in a client": "invalid_request, trapped",
  "and again as before": true,
};

const inPages = {
  "wasm forbidden by the page": {
    case: "csp",
    serving: { headers: { "content-security-policy": "script-src 'self' 'unsafe-inline'" } },
    sees: { kind: "connection", names: true },
  },
  "wasm served as text": { case: "type", serving: { typed: { ".wasm": "text/plain" } }, sees: { tokens: 2 } },
  "a vocabulary that is not there": {
    case: "vocabulary",
    serving: { absent: [`${dist}/vocab/o200k_base.vocab`] },
    sees: { before: "approximate", missing: "connection", after: "approximate", exact: "invalid_request", quiet: true },
  },
  "a vocabulary that was changed": {
    case: "vocabulary",
    serving: { pages: { [`${dist}/vocab/o200k_base.vocab`]: "not a vocabulary" } },
    sees: { before: "approximate", missing: "invalid_request", after: "approximate", exact: "invalid_request", quiet: true },
  },
  "a key in the page": { case: "key", serving: {}, sees: { kind: "invalid_request", secret: false } },
  "a kernel out of memory": { case: "trap", serving: {}, sees: trapped },
  "a long count in a worker": {
    case: "worker",
    serving: {},
    sees: { same: true, progress: true, stopped: "cancelled" },
  },
};

export function badInput({ project, inChromium }) {
  return {
    async "bad-input"() {
      const folder = project("bad-input");
      const ways = [
        ["node", JSON.parse(runScript("node", folder, "node.mjs")), inNode],
        ["node, a kernel out of memory", JSON.parse(runScript("node", folder, "trap-node.mjs")), trapped],
      ];
      for (const [name, { case: which, serving, sees }] of Object.entries(inPages)) {
        const { seen } = await inChromium(folder, `/?case=${which}`, serving);
        ways.push([name, seen, sees]);
      }
      return ways;
    },
  };
}
