/** A worker's life: set up, run jobs, close. */
import { Claims } from "../protocol/claims.ts";
import { findFunction } from "../protocol/find_function.ts";
import type { SentValue, SetupCall, ToWorker } from "../protocol/messages.ts";
import { type PostLetters, postOffice } from "../protocol/post_office.ts";
import { revive, reviveOrFault } from "../protocol/revive.ts";
import { Slots } from "../protocol/slots.ts";
import { endings, endingsNow, endOfChildren, enterAs, settleAt } from "./identity.ts";
import { encodeThrown } from "./failures.ts";
import { RunLoop } from "./run_loop.ts";
import type { WorkerServices } from "./services.ts";
import type { RunningTask } from "./running_task.ts";
import { loadRevivers } from "./shared_things.ts";
import { FunctionTable } from "./task_lookup.ts";

/** One worker as its surroundings see it. */
export interface ServedWorker {
  /** Takes a message from the host. */
  receive(message: ToWorker): void;
  /** The task that runs now. */
  readonly context: RunningTask | undefined;
  /** Sends all that is left to send; to be called before the worker ends by itself. */
  flush(): void;
}

/** The slots do not tell of these. */
const UNANNOUNCED: ReadonlySet<ToWorker["type"]> = new Set(["start", "attend", "mail"]);

/** Serves one host, until it says `close`. */
export function serve(services: WorkerServices): ServedWorker {
  let loop: RunLoop | undefined;
  let finalizer: SetupCall | null = null;
  let mayHaveChildren = false;

  async function start(message: ToWorker & { readonly type: "start" }): Promise<void> {
    finalizer = message.finalizer;
    const { workerId, claims, slots, reportMemory, identity, place } = message;
    if (identity) enterAs(identity);
    if (place) {
      const post: PostLetters = (letters, transfer) =>
        services.post({ type: "mail", letters }, transfer);
      settleAt(place, post, services.listen);
    }
    mayHaveChildren = identity !== undefined;
    let inline = false;
    try {
      for (const call of message.setup) {
        inline = call.reference.kind === "source";
        await runSetup(call, services);
      }
    } catch (error) {
      services.post({ type: "setupFailed", error: sentError(error, inline) });
      return;
    }
    loop = new RunLoop(services, new FunctionTable(services.guarded), {
      workerId,
      claims: claims ? new Claims(claims) : services.claims,
      reportMemory,
      slots: slots && services.wrapText ? new Slots(services.wrapText, slots) : undefined,
    });
    services.post({ type: "ready" });
  }

  async function close(): Promise<void> {
    let error: SentValue | null = null;
    try {
      if (finalizer) await runSetup(finalizer, services);
    } catch (thrown) {
      error = sentError(thrown);
    }
    if (mayHaveChildren) await endOfChildren();
    await endings();
    services.post({ type: "closed", error });
  }

  function receive(message: ToWorker): void {
    switch (message.type) {
      case "start":
        return void start(message);
      case "attend":
        return;
      case "run":
        return loop?.receive(message);
      case "abort":
        return loop?.abort(message.jobId, reviveOrFault(message.reason));
      case "mail":
        return postOffice().receive(message.letters);
      case "credit":
        return loop?.credit(message.cell, message.items);
      case "close":
        return void close();
    }
  }

  return {
    receive(message) {
      if (!UNANNOUNCED.has(message.type)) loop?.mailCame();
      receive(message);
      loop?.attend();
    },
    get context() {
      return loop?.context;
    },
    flush() {
      loop?.flush();
      endingsNow();
    },
  };
}

async function runSetup(
  { reference, args, marked }: SetupCall,
  services: WorkerServices,
): Promise<void> {
  const fn = await findFunction(reference, services.guarded);
  if (marked) await loadRevivers(services);
  await fn(...(marked ? revive(args) as unknown[] : args));
}

/** What was thrown, in the form of a message. */
export function sentError(error: unknown, inline = false): SentValue {
  const { value, marked } = encodeThrown(error, inline);
  return { value, marked };
}
