// The one error class of the package.
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

/** The error a kernel function threw as JSON text; anything else is handed back unchanged. */
export function fromKernel(thrown: unknown): unknown {
  if (typeof thrown !== "string") return thrown;
  return new FareboxError(JSON.parse(thrown) as ErrorFields);
}
