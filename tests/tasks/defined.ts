/** Tasks of the tasks suite: every way to define one. */
import { task } from "@pool/core/task";

export const named = task(import.meta, function named(x: number): string {
  return `named ${x}`;
});

/** No name reaches `task()` here. */
export const unnamed = task(import.meta, (x: number) => `unnamed ${x}`);
export const unnamedToo = task(import.meta, (x: number) => `unnamed too ${x}`);

/** Two functions of one name. */
export const twins = [
  task(import.meta, function twin(): string {
    return "first";
  }),
  task(import.meta, function twin(): string {
    return "second";
  }),
] as const;

export const renamed = task(import.meta, () => "renamed", { name: "a name of its own" });
export const byUrl = task(new URL(import.meta.url), () => "by URL", { name: "byUrl" });
export const byText = task(import.meta.url, () => "by text", { name: "byText" });

/** A task may call others, and see everything of its module. */
export const callsOthers = task(import.meta, function callsOthers(x: number): string {
  return `${named(x)}, ${localHelper()}`;
});

function localHelper(): string {
  return new URL(import.meta.url).pathname.split("/").at(-1)!;
}

let count = 0;

/** Counts in the module's own state. */
export const next = task(import.meta, function next(): number {
  return ++count;
});

export const asynchronous = task(import.meta, async function asynchronous(x: number) {
  await new Promise<void>((resolve) => setTimeout(resolve));
  return x + 1;
});

/** Defines a task long after the import, where no worker can find it. */
export function defineLate(): () => string {
  return task(import.meta, function late(): string {
    return "late";
  });
}
