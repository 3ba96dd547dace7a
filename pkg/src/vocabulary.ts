// Vocabularies: fetched on first need, handed to the kernel once, shared by every `Farebox`.
import { age } from "./anew.js";
import { FareboxError, guarded } from "./error.js";
import { type Encoding, loadVocabulary as give } from "./kernel.js";
import { requireLoaded } from "./load.js";

/** What an entry of the package knows of the place it runs in. */
export interface Platform {
  /** A vocabulary's file: at once where files are local, later where they are fetched. */
  vocabulary(encoding: Encoding): Uint8Array | Promise<Uint8Array>;
  /** An environment variable, where there are any. */
  environment?(name: string): string | undefined;
}

/** Where a vocabulary's file comes from. */
export type VocabularySource = BufferSource | URL | string | Response;

let platform: Platform | undefined;
const held = new Map<Encoding, Promise<void> | true>();
/** What callers handed in themselves: a kernel that is started anew can get it from nowhere else. */
const given = new Map<Encoding, Uint8Array>();
let heldBy = age();
/** When a vocabulary last did not come: a page that quotes with each key must not ask with each key. */
const missed = new Map<Encoding, number>();
const PAUSE_MS = 10_000;

/** Tells the package where it runs; each entry does so once. */
export function setPlatform(of: Platform): void {
  platform = of;
}

/** Whether there is a place to get vocabularies from unasked. */
export function canFetch(): boolean {
  return platform !== undefined;
}

/** An environment variable, where there are any. */
export function environment(name: string): string | undefined {
  return platform?.environment?.(name);
}

/** Gives the kernel a vocabulary, so that counts in it are exact from now on. */
export async function loadVocabulary(encoding: Encoding, source: VocabularySource): Promise<void> {
  requireLoaded();
  const bytes = await bytesOf(source);
  hold(encoding, bytes);
  given.set(encoding, bytes);
}

/**
 * Makes counts in these encodings exact, at once where files are local, else when they arrive.
 * Answers with the ones still on their way. One that lately did not come is asked for again only
 * when somebody waits for it.
 */
export function request(encodings: readonly Encoding[], waits = false): Promise<void>[] {
  afterStartingAnew();
  const underway: Promise<void>[] = [];
  for (const encoding of encodings) {
    const known = held.get(encoding);
    if (known === true || (!known && !platform)) continue;
    if (known) {
      underway.push(known);
      continue;
    }
    if (!waits && Date.now() - (missed.get(encoding) ?? -Infinity) < PAUSE_MS) continue;
    const file = platform!.vocabulary(encoding);
    if (file instanceof Promise) {
      const arrival = file.then((bytes) => hold(encoding, bytes));
      held.set(encoding, arrival);
      // A vocabulary that did not come may be asked for again; until then counts stay approximate.
      arrival.catch(() => {
        held.delete(encoding);
        missed.set(encoding, Date.now());
      });
      underway.push(arrival);
    } else {
      hold(encoding, file);
    }
  }
  return underway;
}

/** The bytes behind a URL, or a typed error. */
export async function fetchBytes(url: URL | string): Promise<Uint8Array> {
  let response: Response;
  try {
    response = await fetch(url);
  } catch (cause) {
    throw new FareboxError(
      { kind: "connection", message: `the file could not be fetched: ${url}` },
      { cause },
    );
  }
  return bytesOf(response);
}

async function bytesOf(source: VocabularySource): Promise<Uint8Array> {
  if (typeof source === "string" || source instanceof URL) return fetchBytes(source);
  if (source instanceof ArrayBuffer || ArrayBuffer.isView(source)) {
    const [buffer, start, length] = ArrayBuffer.isView(source)
      ? [source.buffer, source.byteOffset, source.byteLength]
      : [source, 0, source.byteLength];
    // Nothing is left of a buffer that was handed to a worker, and reading it throws.
    return length === 0 ? new Uint8Array() : new Uint8Array(buffer, start, length);
  }
  const response = source as Response;
  if (!response.ok) {
    throw new FareboxError({
      kind: "connection",
      message: `the file could not be fetched, the server answered ${response.status}: ${response.url}`,
      details: { status: response.status },
    });
  }
  return new Uint8Array(await response.arrayBuffer());
}

function hold(encoding: Encoding, bytes: Uint8Array): void {
  guarded(() => give(encoding, bytes));
  held.set(encoding, true);
}

function afterStartingAnew(): void {
  if (heldBy === age()) return;
  heldBy = age();
  for (const [encoding, state] of held) if (state === true) held.delete(encoding);
  for (const [encoding, bytes] of given) if (bytes.length > 0) hold(encoding, bytes);
}
