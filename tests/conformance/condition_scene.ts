/** What the suites of conditions have in common. */
import { Condition, Lock, type Pool } from "@pool/core";
import * as tasks from "../tasks/conditions.ts";
import type { Diary } from "./pool_scene.ts";

/** How often what is racy is tried. */
export const ROUNDS = 20;

/** Calls `act` with the lock. */
export async function locked<T>(changed: Condition, act: () => T | Promise<T>): Promise<T> {
  using _held = await changed.acquire();
  return await act();
}

/** A condition, and workers that wait for it in the order of their names. */
export async function waiters(
  pool: Pool,
  diary: Diary,
  names: string,
): Promise<{ changed: Condition; results: Promise<boolean>[] }> {
  const changed = new Condition();
  const results: Promise<boolean>[] = [];
  for (const name of names) {
    results.push(pool.apply(tasks.waitOnce, [changed, diary.path, name]));
    await diary.has(results.length);
  }
  return { changed, results };
}

/** One that keeps the export async functions of this realm apart. */
export function conditionOfMany(): Condition {
  return new Condition(new Lock());
}
