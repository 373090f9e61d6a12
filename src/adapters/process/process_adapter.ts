import { fileURLToPath } from "node:url";
import process from "node:process";
import type { WorkerAdapter, WorkerSettings, WorkerSpec } from "../../core/backend.ts";
import { PoolError } from "../../protocol/errors.ts";
import { CHILD_ARGUMENT, workerUrlOf } from "../worker_url.ts";
import { type ChildCommand, ProcessTransport } from "./process_transport.ts";
import { Watchdog } from "./watchdog.ts";

/** Variables of a process. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** What differs between runtimes. */
export interface ChildRuntime {
  /** Throws for settings that it cannot honour. */
  check(settings: WorkerSettings): void;
  /** Arguments of the runtime before the program. */
  flags(spec: WorkerSpec, folder: string): readonly string[];
  /** The program as the runtime's command line takes it. */
  program(url: URL): string;
  /** Variables for the start of a child alone, which takes them away before any task can see them. */
  startEnv?(env: Environment): Environment;
}

/** Workers as children of this process; an adapter for one pool. */
export function processAdapter(runtime: ChildRuntime): WorkerAdapter {
  refuseCompiled();
  refuseRecursion();
  const watchdog = new Watchdog();
  return {
    traits: { kind: "process", isolated: true, sharedMemory: false, killable: true },

    check: (settings) => runtime.check(settings),

    spawn(spec, events) {
      const program = runtime.program(workerUrlOf(spec));
      const env = spec.env ?? inheritedEnv();
      const startEnv = runtime.startEnv?.(env) ?? {};
      return new ProcessTransport(events, watchdog, (folder): ChildCommand => ({
        file: process.execPath,
        args: [
          ...runtime.flags(spec, folder),
          program,
          CHILD_ARGUMENT,
          folder,
          String(process.pid),
          ...Object.keys(startEnv),
        ],
        env: { ...env, ...startEnv },
        stdout: spec.stdout,
        stderr: spec.stderr,
      }));
    },
  };
}

/** A compiled program is its own runtime: a child would be it again. */
function refuseCompiled(): void {
  const { Deno } = globalThis as { Deno?: { build: { standalone?: boolean } } };
  // Where Bun puts the files of a compiled program, on Windows and elsewhere.
  const embedded = /^file:\/\/\/(\$bunfs|B:\/~BUN)\//.test(import.meta.url);
  const sea = process.getBuiltinModule("node:sea") as { isSea?(): boolean } | undefined;
  if (!embedded && !Deno?.build.standalone && !sea?.isSea?.()) return;
  throw new PoolError(
    "Cannot start child processes: this program is compiled into one file, without a runtime to start them; " +
      "use threads",
  );
}

/** For compiled programs of other kinds. A worker has taken its arguments away. */
function refuseRecursion(): void {
  if (!process.argv.includes(CHILD_ARGUMENT)) return;
  throw new PoolError(
    "Cannot start child processes: this program was started as a worker of itself; use threads",
  );
}

/** A test runner's mark is for its own children: theirs would write its protocol into their output. */
function inheritedEnv(): Environment {
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  return env;
}

/** Programs of Node and Bun are files. */
export function programFile(url: URL): string {
  if (url.protocol === "file:") return fileURLToPath(url);
  throw new TypeError(
    `Cannot start child process: ${url.href} is no file, and this runtime runs no other programs; ` +
      "name one with workerUrl",
  );
}

/** Throws for limits that the runtime has no flag for. */
export function checkLimits({ resourceLimits }: WorkerSettings, known: readonly string[]): void {
  for (const name of Object.keys(resourceLimits ?? {})) {
    if (known.includes(name)) continue;
    const list = known.length > 0 ? `it knows ${known.join(", ")}` : "it knows none";
    throw new TypeError(
      `Cannot use resourceLimits: this runtime has no ${name} for child processes; ${list}`,
    );
  }
}

/** Limits of the heap as flags of V8. */
export function heapFlags({ resourceLimits = {} }: WorkerSpec): string[] {
  const { maxOldGenerationSizeMb: old, maxYoungGenerationSizeMb: young } = resourceLimits;
  return [
    ...(old !== undefined ? [`--max-old-space-size=${old}`] : []),
    // The young generation is three semi-spaces.
    ...(young !== undefined ? [`--max-semi-space-size=${Math.max(1, Math.floor(young / 3))}`] : []),
  ];
}
