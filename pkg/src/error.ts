// The one error class of the package.
import { startAnew } from "./anew.js";
import type { Error as ErrorFields, ErrorKind } from "./kernel.js";
import type { Receipt } from "./kernel.js";

const brand = Symbol.for("farebox.error");

/** Every failure of this package: `kind` is one of a closed set of words, `details` carries the numbers. */
export class FareboxError extends Error {
  /** The class of the failure. */
  readonly kind: ErrorKind;
  /** Numbers and names behind the message; the key of a number ends in its unit. */
  readonly details: Readonly<Record<string, unknown>>;
  /** What a failed call cost all the same. */
  readonly receipt?: Receipt;
  /**
   * What the answers before it cost, where one call of several failed: tools had been run, or an
   * answer had missed its form.
   */
  readonly earlier?: readonly Receipt[];

  constructor(fields: ErrorFields, options: { cause?: unknown; receipt?: Receipt } = {}) {
    super(fields.message, "cause" in options ? { cause: options.cause } : undefined);
    this.name = "FareboxError";
    this.kind = fields.kind;
    this.details = fields.details ?? {};
    if (options.receipt) this.receipt = options.receipt;
    Object.defineProperty(this, brand, { value: true });
  }

  // `import` and `require` load two copies of this class; an error of either is an error of both.
  static override [Symbol.hasInstance](value: unknown): boolean {
    return typeof value === "object" && value !== null && brand in value;
  }
}

/** The failure, which knows what the answers before it cost. */
export function after(failure: unknown, earlier: readonly Receipt[]): unknown {
  if (failure instanceof FareboxError && earlier.length > 0) Object.assign(failure, { earlier });
  return failure;
}

/** What a kernel function threw, as the one error: its own is JSON text, anything else is a misuse or a trap. */
export function fromKernel(thrown: unknown): unknown {
  if (typeof thrown === "string") return new FareboxError(JSON.parse(thrown) as ErrorFields);
  if (!(thrown instanceof Error) || thrown instanceof FareboxError) return thrown;
  const trapped = thrown instanceof WebAssembly.RuntimeError || thrown instanceof RangeError;
  if (trapped) startAnew();
  const message = trapped
    ? `the kernel stopped inside, most likely for want of memory, and was started anew: give it a smaller text (${thrown.message})`
    : `the kernel could not take this: what was freed, finished or made before it was started anew cannot be used again (${thrown.message})`;
  return new FareboxError({ kind: "invalid_request", message, details: { trapped } }, { cause: thrown });
}

/** Runs a function of the kernel and throws what it throws as a `FareboxError`. */
export function guarded<T>(action: () => T): T {
  try {
    return action();
  } catch (thrown) {
    throw fromKernel(thrown);
  }
}

/**
 * Plain data as JSON text for the kernel. Half a character, such as an edit leaves behind, becomes the
 * sign that it would be sent as.
 */
export function toText(data: unknown): string {
  let text: string;
  try {
    text = JSON.stringify(data) ?? "null";
  } catch (cause) {
    const [said] = String(cause).split("\n");
    throw new FareboxError({ kind: "invalid_request", message: `this is no plain data: ${said}` }, { cause });
  }
  if (!/\\ud[89a-f]/.test(text)) return text;
  return text.replace(/\\\\|\\ud[89a-f][0-9a-f]{2}/g, (found) => (found === "\\\\" ? found : "\\ufffd"));
}
