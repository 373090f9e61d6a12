/** Steps in between: what one thread does before each of its accesses to shared memory. */
import process from "node:process";
import { type Dice, spin } from "./dice.ts";

const ACCESSES = ["load", "store", "compareExchange", "notify", "wait", "waitAsync"] as const;

type Access = (...args: never[]) => unknown;

/** Calls `step` before each atomic access of this thread; returns what ends that. */
export function beforeEachAccess(step: (name: string) => void): () => void {
  const all = Atomics as unknown as Record<string, Access>;
  const originals = ACCESSES.map((name) => [name, all[name]!] as const);
  for (const [name, original] of originals) {
    all[name] = (...args) => {
      step(name);
      return original(...args);
    };
  }
  return () => Object.assign(Atomics, Object.fromEntries(originals));
}

/**
 * Mostly nothing, often some microseconds, now and then longer than any spin or doze. For a while one kind
 * of access is slow, so that the other side gets far in between.
 */
export function randomDelays(dice: Dice): (name: string) => void {
  let slow: string = ACCESSES[0];
  let left = 0;
  return (name) => {
    if (left-- === 0) {
      slow = dice.pick(ACCESSES);
      left = 50 + dice.below(500);
    }
    const kind = dice.next();
    if (name === slow && kind < 0.5) return spin(dice.next() * 0.2);
    if (kind < 0.001) spin(dice.next() * 3);
    else if (kind < 0.2) spin(dice.next() * 0.02);
  };
}

/** Accesses until this thread ends. */
let fuse = Infinity;

/** This thread ends in place of its access number `accesses` from now on. */
export function endAtAccess(accesses: number): void {
  fuse = accesses;
}

/** The step of a thread that may be ended: without a last word, as by a kill. */
export function burnFuse(): void {
  if (--fuse > 0) return;
  fuse = Infinity;
  process.removeAllListeners("exit");
  process.exit(7);
}
