// Secrets: where they come from, where they may be, and how they get into a request.
import { FareboxError } from "./error.js";
import type { AuthScheme } from "./kernel.js";

/** A key, or a function that fetches one for each request, such as a short-lived token. */
export type Key = string | (() => string | Promise<string>);

/** Whether this code runs where a visitor could read its secrets: a page or a page's worker. */
export function isPage(): boolean {
  const { document, WorkerGlobalScope, navigator } = globalThis as {
    document?: unknown;
    WorkerGlobalScope?: unknown;
    navigator?: { userAgent?: string };
  };
  if (typeof document === "object") return true;
  const server = /^(Cloudflare-Workers|Deno|Bun|Node)/.test(navigator?.userAgent ?? "");
  return typeof WorkerGlobalScope === "function" && !server;
}

/** Refuses a plain key in a page, unless the caller says that the page's visitor owns it. */
export function refuseKeyInPage(key: Key | undefined, allowed: boolean): void {
  if (typeof key !== "string" || allowed || !isPage()) return;
  throw new FareboxError({
    kind: "invalid_request",
    message:
      "a key in a page can be read by every visitor: send through your own server, pass a function " +
      "that fetches a short-lived token, or set `dangerouslyAllowBrowser` if the key is the visitor's own",
  });
}

/** The header that carries a secret; nothing of the secret gets into an error. */
export function authHeaders(scheme: AuthScheme, provider: string, secret: string): [string, string][] {
  // A header with other characters makes `fetch` throw an error that quotes it.
  if (!/^[\x21-\x7e]+$/.test(secret)) {
    throw new FareboxError({
      kind: "authentication",
      message: `the key for \`${provider}\` holds characters that no header may carry: check for spaces and line ends`,
    });
  }
  switch (scheme.type) {
    case "bearer":
      return [["authorization", `Bearer ${secret}`]];
    case "header":
      return [[scheme.name, secret]];
    case "none":
      return [];
  }
}
