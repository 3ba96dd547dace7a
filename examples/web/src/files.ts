// What is dropped, pasted or picked, told apart by what it is.
import type { Attachment } from "./messages";

export type Dropped =
  | { as: "log" | "tools" | "text"; text: string; name: string }
  | { as: "attachment"; attachment: Attachment }
  | { as: "problem"; message: string };

let last = 0;

export async function readFile(file: File): Promise<Dropped> {
  const problem = (message: string): Dropped => ({ as: "problem", message: `${file.name}: ${message}` });
  if (file.size > MAX_BYTES) return problem(`is larger than ${MAX_BYTES / 1e6} MB`);
  if (file.type.startsWith("image/")) return picture(file).catch(() => problem("cannot be read as a picture"));
  if (file.type === "application/pdf") {
    return { as: "attachment", attachment: { ...(await about(file)), kind: "file", data: await base64(file) } };
  }
  const packed = file.name.endsWith(".gz");
  const name = packed ? file.name.slice(0, -3) : file.name;
  if (file.size === 0) return problem("is empty");
  const bytes = await (packed ? unpacked(file) : file.arrayBuffer()).catch(() => undefined);
  if (!bytes) return problem("is not gzip as its name says, or cannot be read");
  const text = decoded(bytes);
  if (text === undefined) return problem("is neither a text in UTF-8, a picture nor a PDF");
  return { as: sortOf(text, name), text, name };
}

function unpacked(file: File): Promise<ArrayBuffer> {
  return new Response(file.stream().pipeThrough(new DecompressionStream("gzip"))).arrayBuffer();
}

/** A text in UTF-8, or in UTF-16 if it says so; letters in place of other bytes would be counted and paid. */
function decoded(bytes: ArrayBuffer): string | undefined {
  const [first, second] = new Uint8Array(bytes, 0, Math.min(2, bytes.byteLength));
  const wide = first === 0xff && second === 0xfe ? "utf-16le" : first === 0xfe && second === 0xff ? "utf-16be" : undefined;
  try {
    const text = new TextDecoder(wide ?? "utf-8", { fatal: true }).decode(bytes);
    return text.includes("\0") ? undefined : text;
  } catch {
    return undefined;
  }
}

/** A log has several objects, a line each; tools are a list of JSON; anything else is text. */
export function sortOf(text: string, name = ""): "log" | "tools" | "text" {
  if (/\.(jsonl|ndjson)$/i.test(name)) return "log";
  const start = text.trimStart();
  if (start.startsWith("{")) {
    const [first = "", second = ""] = start.split("\n", 2);
    return isJson(first) && isJson(second) && /"request"\s*:/.test(first) ? "log" : "text";
  }
  if (!start.startsWith("[")) return "text";
  try {
    const list = JSON.parse(start) as unknown[];
    return list.length > 0 && list.every((tool) => typeof tool === "object" && tool !== null && ("function" in tool || "name" in tool || "type" in tool)) ? "tools" : "text";
  } catch {
    return "text";
  }
}

/** A text that goes beside the prompt, not into it. */
export function textAttachment(name: string, text: string): Attachment {
  return { id: ++last, name, kind: "text", mediaType: "text/plain", bytes: new Blob([text]).size, data: text };
}

async function picture(file: File): Promise<Dropped> {
  const bitmap = await createImageBitmap(file);
  const { width, height } = bitmap;
  bitmap.close();
  return { as: "attachment", attachment: { ...(await about(file)), kind: "image", data: await base64(file), width, height } };
}

async function about(file: File): Promise<Pick<Attachment, "id" | "name" | "mediaType" | "bytes">> {
  return { id: ++last, name: file.name || "pasted", mediaType: file.type, bytes: file.size };
}

function base64(file: File): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result).replace(/^[^,]*,/, ""));
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(file);
  });
}

function isJson(line: string): boolean {
  try {
    JSON.parse(line);
    return true;
  } catch {
    return false;
  }
}

const MAX_BYTES = 64_000_000;
