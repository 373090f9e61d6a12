/**
 * What one realm (the main thread, one worker) knows about tasks and classes.
 *
 * The only state that all copies of the library in a realm share: it hangs on `globalThis` under a
 * registered symbol. A worker may load its entry from one copy of the library and the user's module
 * from another (an npm tree with two versions, a bundle with the library inlined), and both must see
 * the same tasks.
 */

import type { Membership } from "./living_realms.ts";
import type { PostOffice } from "./post_office.ts";
import type { RealmCalls } from "./realm_calls.ts";
import type { SharedHandle, SharedParts } from "./shareable.ts";

/** A function as tasks are: any arguments, any result. */
// deno-lint-ignore ban-types
export type AnyFunction = Function;

/**
 * How a function is named across a boundary.
 *
 * @example
 * ```ts
 * import type { FunctionReference } from "@pool/core";
 *
 * // For an adapter of your own: how its log may name a function.
 * const label = (reference: FunctionReference) =>
 *   reference.kind === "source" ? "inline" : `${reference.name} of ${reference.url}`;
 * console.log(label({ kind: "export", url: "node:path", name: "basename" })); // basename of node:path
 * ```
 */
export type FunctionReference =
  /** Defined by `task()`: module, name, place among the tasks of that name, hash of the source. */
  | {
    readonly kind: "task";
    readonly url: string;
    readonly name: string;
    readonly index: number;
    readonly hash: number;
  }
  /** An export of a module that the host has not loaded (`importTasks`). */
  | { readonly kind: "export"; readonly url: string; readonly name: string }
  /** An inline function: its source travels. */
  | { readonly kind: "source"; readonly name: string; readonly source: string };

/** Encodes instances of one registered class; see `registerClass`. */
export interface ClassCodec {
  readonly name: string;
  readonly prototype: object;
  /** Error classes may have no codec: they travel as error records. */
  readonly encode: ((instance: never) => unknown) | undefined;
  readonly decode: ((data: never) => unknown) | undefined;
}

/**
 * What a running task can learn and say; see `currentTask`.
 *
 * @example
 * ```ts
 * import { currentTask, Pool, task, type TaskContext } from "@pool/core";
 *
 * // Says how far a task is, and whether it shall go on.
 * function mayGoOn({ signal, progress }: TaskContext, percent: number): boolean {
 *   progress(percent);
 *   return !signal.aborted;
 * }
 * export const work = task(import.meta, () => {
 *   let percent = 0;
 *   while (percent < 100 && mayGoOn(currentTask(), percent)) percent += 25;
 *   return percent;
 * });
 *
 * if (import.meta.main) {
 *   await using pool = new Pool(1);
 *   console.log(await pool.apply(work)); // 100
 * }
 * ```
 */
export interface TaskContext {
  /** Number of this call, unique in its pool. */
  readonly jobId: number;
  /** Number of the worker that runs it, unique in its pool; a replacement has a new number. */
  readonly workerId: number;
  /** Aborted when the call is cancelled or its time is up; what ignores it is killed after `grace`. */
  readonly signal: AbortSignal;
  /** Reports progress to the host, where it becomes an event. The value is cloned. */
  progress(value: unknown): void;
}

/**
 * A process or a thread as its own code sees it.
 *
 * @example
 * ```ts
 * import { currentThread, type NameAndDaemon } from "@pool/core";
 *
 * const describe = ({ name, daemon }: NameAndDaemon) => daemon ? `${name} (daemon)` : name;
 * console.log(describe(currentThread())); // MainThread
 * ```
 */
export interface NameAndDaemon {
  /** For reports and debuggers. */
  readonly name: string;
  /** It does not keep the program running. */
  readonly daemon: boolean;
}

/**
 * Who the code of a worker is; see `currentProcess` and `currentThread`.
 *
 * @example
 * ```ts
 * import type { Identity } from "@pool/core";
 *
 * // For an adapter of your own: how its log may name the worker that a `start` message is for.
 * const describe = ({ process, thread }: Identity) => `${process.name}, ${thread.name}`;
 * const process = { name: "Process-2", daemon: false };
 * const thread = { name: "Pool-1", daemon: true };
 * console.log(describe({ process, thread, path: "2" })); // Process-2, Pool-1
 * ```
 */
export interface Identity {
  /** The process in which it runs. */
  readonly process: NameAndDaemon;
  /** The thread of that process. */
  readonly thread: NameAndDaemon;
  /** The way from the main program: `"2:1"` is the first child of its second one. */
  readonly path: string;
}

/** A process or thread that this realm has started and that has not ended. */
export interface RunningChild {
  /** It does not keep the program running. */
  readonly daemon: boolean;
  /** Resolves after its end. */
  join(): Promise<unknown>;
}

interface Realm {
  /** Functions marked by `task()`: module URL, then name, then place. */
  readonly tasks: Map<string, Map<string, AnyFunction[]>>;
  /** The `import.meta` of each such module, as it was when it ran last. */
  metas?: Map<string, unknown>;
  /** The reference that a function carries. */
  readonly references: WeakMap<AnyFunction, FunctionReference | (() => FunctionReference)>;
  readonly classesByName: Map<string, ClassCodec>;
  readonly classesByPrototype: Map<object, ClassCodec>;
  /** URL of the user's module that this worker is importing now, else `null`. */
  importing: string | null;
  /** Who this worker is; `null` in the main program. */
  identity: Identity | null;
  /** What was started here and runs. */
  readonly children: Set<RunningChild>;
  /** It hands values on, and takes none apart: of classes that it does not know it keeps what came. */
  keepsUnknown: boolean;
  /** False in a child process: what it sends cannot share memory with its host. */
  sharesMemory: boolean;
  /** Finds the context of the task that is running; `null` where tasks never run. */
  context: (() => TaskContext | undefined) | null;
  /** Who this realm is among the threads of its process; `null` until somebody asks. */
  membership: Membership | null;
  /** Letters to and from other realms; `null` until somebody asks. */
  office: PostOffice | null;
  /** Calls to and from other realms; `null` until somebody asks. */
  calls: RealmCalls | null;
  /** Shared things that this realm holds, by id; one handle for each. */
  readonly handles: Map<string, WeakRef<SharedHandle>>;
  /** What a worker has to do before it ends; `now` where nothing can be waited for. */
  readonly endings: Set<(now?: boolean) => Promise<void>>;
  /** How handles are made of what came: by kind. */
  readonly revivers: Map<string, (parts: SharedParts) => SharedHandle>;
}

const key: unique symbol = Symbol.for("@pool/core realm v1") as never;
const holder = globalThis as { [key]?: Realm };

/** The record of this realm, shared by all copies of the library in it. */
export const realm: Realm = holder[key] ??= {
  tasks: new Map(),
  references: new WeakMap(),
  classesByName: new Map(),
  classesByPrototype: new Map(),
  importing: null,
  identity: null,
  children: new Set(),
  keepsUnknown: false,
  sharesMemory: true,
  context: null,
  membership: null,
  office: null,
  calls: null,
  handles: new Map(),
  endings: new Set(),
  revivers: new Map(),
};
