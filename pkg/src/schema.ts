// Forms of values: schemas of zod and other libraries by the Standard Schema, or plain JSON Schema.

/** What libraries of schemas have in common (https://standardschema.dev, version 1). */
export interface StandardSchema<Value = unknown> {
  readonly "~standard": {
    readonly version: 1;
    readonly vendor: string;
    validate(value: unknown): StandardResult<Value> | Promise<StandardResult<Value>>;
    /** Where the library writes JSON Schema itself. */
    readonly jsonSchema?: Record<"input" | "output", (options: { target: string }) => Record<string, unknown>>;
    readonly types?: { readonly input: unknown; readonly output: Value } | undefined;
  };
}

type StandardResult<Value> =
  | { readonly value: Value; readonly issues?: undefined }
  | { readonly issues: readonly { readonly message: string; readonly path?: readonly unknown[] | undefined }[] };

/** A form: a Standard Schema, alone or beside its JSON Schema, or JSON Schema alone. */
export type Form<Value = unknown> =
  | StandardSchema<Value>
  | { schema: StandardSchema<Value>; jsonSchema: Record<string, unknown> }
  | Record<string, unknown>;

/** The JSON Schema of a form. */
export async function schemaOf(form: Form<any>, side: "input" | "output"): Promise<Record<string, unknown>> {
  if (isPair(form)) return form.jsonSchema;
  const standard = standardOf(form);
  if (!standard) return form as Record<string, unknown>;
  const write = standard.jsonSchema?.[side];
  if (!write) {
    throw new TypeError(
      `a schema of ${standard.vendor} does not write JSON Schema itself: pass { schema, jsonSchema } with both`,
    );
  }
  const { $schema: _, ...schema } = write({ target: "draft-2020-12" });
  return schema;
}

/** Reads JSON text as a value of a form: the value, or why it is none. */
export async function readForm<Value>(form: Form<Value>, text: string): Promise<{ value: Value } | { why: string }> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { why: "this is no JSON" };
  }
  const standard = standardOf(isPair(form) ? form.schema : form);
  if (!standard) return { value: value as Value };
  const result = await standard.validate(value);
  if (!result.issues) return { value: result.value as Value };
  const told = result.issues.slice(0, 5).map(({ message, path }) => {
    const place = path?.map((key) => String((key as { key?: unknown })?.key ?? key)).join(".");
    return place ? `${place}: ${message}` : message;
  });
  return { why: told.join("; ") };
}

function isPair<Value>(form: Form<Value>): form is { schema: StandardSchema<Value>; jsonSchema: Record<string, unknown> } {
  return "jsonSchema" in form && "schema" in form && standardOf(form.schema as Form) !== undefined;
}

function standardOf<Value>(form: Form<Value>): StandardSchema<Value>["~standard"] | undefined {
  return (form as Partial<StandardSchema<Value>>)["~standard"];
}
