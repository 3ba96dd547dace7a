// Answers as values of a form: asked for by a schema, checked, and repaired once.
import { after, FareboxError } from "./error.js";
import type { CallOptions, Farebox } from "./farebox.js";
import type { Receipt, Request } from "./kernel.js";
import { type Form, readForm, schemaOf } from "./schema.js";
import type { Reply } from "./stream.js";
import { apiOf } from "./tools.js";

/** An answer as a value. */
export interface Typed<Value> {
  value: Value;
  /** The answer it was read from. */
  reply: Reply;
  /** Receipts of the answers before it that missed the form. */
  missed: Receipt[];
}

/**
 * Asks for an answer in a form and reads it as a value; one that misses it is asked for again, once
 * unless `repairs` says otherwise. The request is one of the package's own: a body in a provider's
 * shape holds its form itself.
 */
export async function sendAs<Value>(
  farebox: Farebox,
  request: Request,
  form: Form<Value>,
  options: CallOptions & { name?: string; repairs?: number } = {},
): Promise<Typed<Value>> {
  const { name = "answer", repairs = 1, ...calling } = options;
  if (!Array.isArray(request.conversation) || request.native) {
    throw new FareboxError({
      kind: "invalid_request",
      message: "a body in a provider's own shape holds its form itself: put the schema there, or build the request",
    });
  }
  const schema = await schemaOf(form, "output");
  let next: Request = { ...request, output: { type: "json_schema", name, schema, strict: isStrict(schema) } };
  const missed: Receipt[] = [];
  for (;;) {
    const reply = await farebox.send(next, calling).catch((failure: unknown) => {
      throw after(failure, missed);
    });
    const read = reply.answer.refusal === undefined ? await readForm(form, reply.text) : { why: "the model refused" };
    if ("value" in read) return { value: read.value, reply, missed };
    if (missed.length >= repairs) {
      const message = `the answer misses the form \`${name}\`: ${read.why}`;
      throw after(new FareboxError({ kind: "malformed_response", message }, { receipt: reply.receipt }), missed);
    }
    missed.push(reply.receipt);
    next = farebox.evaluate("follow", {
      request: next,
      answer: reply.answer,
      api: apiOf(reply.quote, reply.receipt),
      user: `That answer does not fit the schema: ${read.why}. Answer again with JSON that does, and with nothing else.`,
    });
  }
}

/** Whether providers can hold an answer to a schema: each object closed, each property required. */
function isStrict(schema: unknown): boolean {
  if (Array.isArray(schema)) return schema.every(isStrict);
  if (typeof schema !== "object" || schema === null) return true;
  const { properties, required, additionalProperties } = schema as Record<string, unknown>;
  if (typeof properties === "object" && properties !== null) {
    const all = Array.isArray(required) && Object.keys(properties).every((key) => required.includes(key));
    if (additionalProperties !== false || !all) return false;
  }
  return Object.values(schema).every(isStrict);
}
