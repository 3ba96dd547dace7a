// The worker: holds the kernel and the text, counts edits, and answers the page's questions. The kernel is
// the one that only estimates; the one that sends comes when something is sent.
import { type ErrorFields, Farebox, LiveCount, load, preload } from "farebox/slim";
import type { Attachment, FromWorker, ToWorker } from "../messages";
import { audit } from "./audit";
import { Draftsman } from "./draft";
import { fare } from "./fare";
import { ladders } from "./ladders";
import { Text } from "./text";

const text = new Text();
let attachments: Attachment[] = [];
const running = new Map<number, AbortController>();
const loaded = start();
// It was said already; whoever asks for it hears it again.
loaded.catch(() => undefined);

function say(message: FromWorker, transfer: Transferable[] = []): void {
  postMessage(message, { transfer });
}

async function start(): Promise<{ kernel: Farebox; draftsman: Draftsman }> {
  try {
    await load();
    const kernel = new Farebox();
    say({ type: "ready", ...ladders() });
    void exact();
    return { kernel, draftsman: new Draftsman(kernel, text) };
  } catch (error) {
    say({ type: "broken", message: error instanceof Error ? error.message : String(error) });
    throw error;
  }
}

async function exact(): Promise<void> {
  try {
    await preload(["o200k_base"]);
    text.countWith((initial) => new LiveCount(initial));
    say({ type: "exact" });
  } catch (error) {
    say({ type: "inexact", message: error instanceof Error ? error.message : String(error) });
  }
}

let sending: Promise<typeof import("./send")> | undefined;

/** What sends, as large as all the rest: fetched when it is first needed, and whoever waits is told. */
async function sender(id: number): Promise<typeof import("./send")> {
  if (!sending) say({ type: "fetching", id });
  try {
    return await (sending ??= import("./send"));
  } catch (error) {
    throw { kind: "connection", message: `what sends could not be fetched, reload the page to try again: ${(error as Error).message}` };
  }
}

function live(version: number, from: number, to: number, started: number): void {
  const counted = text.look(from, to);
  if (!counted) return;
  say({ type: "live", version, from, to, ...counted, tookMs: performance.now() - started }, [counted.ends.buffer]);
}

async function answer(id: number, action: (held: Awaited<typeof loaded>) => unknown): Promise<void> {
  try {
    say({ type: "done", id, value: (await action(await loaded)) as never });
  } catch (error) {
    const { kind = "invalid_request", message, details } = error as ErrorFields;
    say({ type: "failed", id, error: { kind, message: message ?? String(error), ...(details && { details }) } });
  } finally {
    running.delete(id);
  }
}

addEventListener("message", ({ data: message }: MessageEvent<ToWorker>) => {
  const started = performance.now();
  switch (message.type) {
    case "edit":
      text.edit(message.changes);
      live(message.version, message.from, message.to, started);
      break;
    case "view":
      live(message.version, message.from, message.to, started);
      break;
    case "attachments":
      attachments = message.attachments;
      break;
    case "quote":
      void answer(message.id, ({ kernel, draftsman }) => fare(kernel, draftsman.read(message.draft, attachments, true)));
      break;
    case "audit": {
      const { id } = message;
      const controller = new AbortController();
      running.set(id, controller);
      const progress = (done: number) => say({ type: "progress", id, done });
      void answer(id, ({ kernel }) => audit(kernel, message.log, message.draft, progress, controller.signal));
      break;
    }
    case "send": {
      const { id } = message;
      const controller = new AbortController();
      running.set(id, controller);
      void answer(id, async ({ draftsman }) => {
        const read = draftsman.read(message.draft, attachments, false);
        const { send } = await sender(id);
        return send(read, message.destination, controller.signal, (event) => say({ type: "event", id, event }));
      });
      break;
    }
    case "stop":
      running.get(message.id)?.abort();
      break;
  }
});
