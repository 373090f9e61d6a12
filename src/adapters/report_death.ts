import process from "node:process";
import type { FromWorker, SentValue } from "../protocol/messages.ts";

/** What a worker can still do when it ends by itself. */
export interface LastActs {
  post(message: FromWorker): void;
  /** Sends finished results. */
  flush(): void;
  /** What it dies of, in the form of a message. */
  describe(error: unknown): SentValue;
}

/**
 * Says why the worker ends, while it still can: Deno tells the host no stack, Bun exit code 0 after an
 * unhandled rejection, and results that wait for their message would be lost.
 */
export function reportDeath({ post, flush, describe }: LastActs): void {
  let told = false;
  const leave = (exitCode: number | null): void => {
    flush();
    // As the system counts it.
    if (!told) post({ type: "dying", exitCode: exitCode && exitCode & 255, error: null });
    told = true;
  };
  const die = (error: unknown): void => {
    flush();
    told = true;
    post({ type: "dying", exitCode: 1, error: describe(error) });
    process.exit(1);
  };
  process.on("uncaughtException", die);
  process.on("unhandledRejection", die);
  process.on("exit", leave);
  if (!("Deno" in globalThis)) return;
  // `Deno.exit()` passes by the exit event, and `self.close()` by everything.
  addEventListener("unload", () => leave(null));
  const scope = globalThis as unknown as { close(): void };
  const close = scope.close;
  scope.close = () => {
    leave(0);
    close.call(globalThis);
  };
}
