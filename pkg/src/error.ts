// The one error class of the package.

/** What the kernel says about a failure. */
export interface ErrorFields {
  kind: string;
  message: string;
  details?: Record<string, unknown>;
}

const brand = Symbol.for("farebox.error");

/** Every failure of this package: `kind` is one of a closed set of words, `details` carries the numbers. */
export class FareboxError extends Error {
  readonly kind: string;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(fields: ErrorFields, options?: { cause?: unknown }) {
    super(fields.message, options);
    this.name = "FareboxError";
    this.kind = fields.kind;
    this.details = fields.details ?? {};
    Object.defineProperty(this, brand, { value: true });
  }

  // `import` and `require` load two copies of this class; an error of either is an error of both.
  static override [Symbol.hasInstance](value: unknown): boolean {
    return typeof value === "object" && value !== null && brand in value;
  }
}
