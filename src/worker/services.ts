/** What a worker's loop is given. */
import type { WorkerClaims } from "../protocol/claims.ts";
import type { FromWorker } from "../protocol/messages.ts";
import type { ListenToPort } from "../protocol/post_office.ts";
import type { Slots, WrapText } from "../protocol/slots.ts";
import type { Transferable } from "../protocol/transferable.ts";
import type { RunningTask } from "./running_task.ts";

/** What the place where a worker runs must supply. */
export interface WorkerServices {
  /** Sends to the host. MUST keep order; throws where a value cannot be cloned. */
  post(message: FromWorker, transfer?: Transferable[]): void;
  /**
   * Resolves when all that was posted has left this realm, which a busy thread may not survive; `undefined`
   * where it has.
   */
  posted?(): Promise<void> | undefined;
  /** Bytes in use by this worker. */
  memory?(): number;
  /** Runs a task so that `currentTask()` finds its context across awaits, where workers share a realm. */
  runWith?<T>(context: RunningTask, run: () => T): T;
  /** Milliseconds after which the loop lets the event loop have a turn. */
  readonly yieldAfter: number;
  /** Calls back after a turn of the event loop. */
  yieldTurn(resume: () => void): void;
  /** Listens at ports, where threads may talk to each other. */
  readonly listen?: ListenToPort;
  /** Views shared memory as text, where slots can be used. */
  wrapText?: WrapText;
  /** Where memory is not shared: another place in which the host sees what is begun. */
  readonly claims?: WorkerClaims;
  /** Loads the classes of shared things, which most workers never meet; absent where they are there. */
  loadRevivers?(): Promise<void>;
  /** Refuse pools that a module creates while it is imported: a missing main guard. */
  readonly guarded: boolean;
}

/** What the host said at the start. */
export interface LoopStart {
  readonly workerId: number;
  readonly claims: WorkerClaims | undefined;
  readonly reportMemory: boolean;
  readonly slots: Slots | undefined;
}
