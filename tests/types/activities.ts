/**
 * What the compiler must infer and refuse of processes, threads and commands. Nothing here is run: it is
 * checked by `npm run check -- --only=types`, and by users' compilers in `npm run test:package`.
 */
import { activeChildren, local, Process, task, Thread } from "@pool/core";
import { call, checkCall, checkOutput, Popen, run } from "@pool/core/subprocess";
import type { CommandOutput, PopenOptions, RunOptions } from "@pool/core/subprocess";
import { assertType, type Same } from "./same.ts";

const greet = task(import.meta, (name: string, times: number): string => name.repeat(times));
const nothing = task(import.meta, (): void => {});

export async function activitiesInfer(): Promise<void> {
  for (const kind of [Process, Thread] as const) {
    const activity = new kind({ target: greet, args: ["ada", 2], name: "greeter", daemon: true });
    activity.start();
    const ended = await activity.join({ timeout: 5 });
    assertType<Same<typeof ended, boolean>>();
    const code = activity.exitCode;
    assertType<Same<typeof code, number | null>>();
    activity.terminate();
    activity.kill();
    activity.close();
    await activity[Symbol.asyncDispose]();
  }
  new Process({ target: nothing });
  new Thread({ target: (x: number) => x, args: [1] });
  // Constants are arguments.
  const args = ["ada", 2] as const;
  new Process({ target: greet, args });
  new Thread({ target: greet, args });
  const children: Process[] = activeChildren();
  const [child] = children;
  const pid: number | null | undefined = child?.pid;
  void pid;
}

export function activitiesRefuse(): void {
  // @ts-expect-error the second argument is missing
  new Process({ target: greet, args: ["ada"] });
  // @ts-expect-error times is a number
  new Thread({ target: greet, args: ["ada", "2"] });
  // @ts-expect-error the arguments are missing
  new Process({ target: greet });
  // @ts-expect-error there is no target
  new Thread({ args: [1] });
  // @ts-expect-error it is no function
  new Process({ target: "greet" });
  // @ts-expect-error there is no such option
  new Thread({ target: nothing, demon: true });
  // @ts-expect-error the exit code is for reading
  new Process({ target: nothing }).exitCode = 3;
}

export function localInfers(): void {
  const counter = local(() => 0);
  const value = counter.value;
  assertType<Same<typeof value, number>>();
  counter.value = 3;
  // @ts-expect-error it holds numbers
  counter.value = "3";
}

export async function commandsInfer(): Promise<void> {
  const text = await run(["ls"], { captureOutput: true, text: true });
  assertType<Same<typeof text.stdout, string>>();
  const bytes = await run(["ls"], { captureOutput: true });
  assertType<Same<typeof bytes.stdout, Uint8Array<ArrayBuffer>>>();
  const shown = await run(["ls"], { stdout: "inherit" });
  assertType<Same<typeof shown.stdout, null>>();
  const code = await call(["ls"], { timeout: 5 });
  assertType<Same<typeof code, number>>();
  const zero = await checkCall(["ls"]);
  assertType<Same<typeof zero, 0>>();
  const output = await checkOutput(["ls"], { text: true });
  assertType<Same<typeof output, string>>();
  const child = new Popen(["cat"], {
    stdin: "pipe",
    stdout: "pipe",
    stderr: "inherit",
    text: true,
  });
  const { stdout, stderr } = await child.communicate({ input: "x", timeout: 5 });
  assertType<Same<typeof stdout, string>>();
  assertType<Same<typeof stderr, null>>();
}

/** Of options whose values are not known, as little is known of the streams. */
export function childrenInfer(options: PopenOptions): void {
  const { stdout } = new Popen(["ls"], options);
  assertType<Same<typeof stdout, ReadableStream<Uint8Array<ArrayBuffer>> | null>>();
}

/** For a command of somebody's own, whose options are not known yet. */
export async function commandsAreWrapped<O extends RunOptions>(options: O): Promise<void> {
  const { stdout } = await run(["git", "log"], options);
  assertType<Same<typeof stdout, CommandOutput>>();
}

export async function commandsRefuse(): Promise<void> {
  // @ts-expect-error arguments are strings
  await run(["ls", 3]);
  // @ts-expect-error there is no such option
  await run(["ls"], { captureoutput: true });
  // @ts-expect-error there is no such option, beside one that there is
  await run(["ls"], { text: true, captureoutput: true });
  // @ts-expect-error the same
  await checkOutput(["ls"], { text: true, timeOut: 5 });
  // @ts-expect-error output is not captured by a call
  await call(["ls"], { captureOutput: true });
  // @ts-expect-error a stream is piped, inherited or ignored
  new Popen(["ls"], { stdout: "file" });
}
