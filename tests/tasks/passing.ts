/** Tasks that hand things on which several workers share. */
import {
  BoundedSemaphore,
  Event,
  Lock,
  Pool,
  RLock,
  Semaphore,
  SharedArray,
  task,
  Value,
} from "@pool/core";

type Kind = "thread" | "process";

/** One of each, some deep inside. */
export interface Bag {
  readonly lock: Lock;
  readonly list: readonly [RLock, { readonly permits: Semaphore }];
  readonly map: Map<string, Event | BoundedSemaphore>;
  readonly cells: ReadonlySet<Value<"i32"> | SharedArray<"u8">>;
}

export const makeBag = task(import.meta, function makeBag(): Bag {
  return {
    lock: new Lock(),
    list: [new RLock(), { permits: new Semaphore(2) }],
    map: new Map<string, Event | BoundedSemaphore>([
      ["event", new Event()],
      ["bounded", new BoundedSemaphore(2)],
    ]),
    cells: new Set([new Value("i32", 5), new SharedArray("u8", [1, 2])]),
  };
});

/** All that is in a bag. */
export function contents(bag: Bag): object[] {
  return [bag.lock, bag.list[0], bag.list[1].permits, ...bag.map.values(), ...bag.cells];
}

/** Changes each, with the lock; what of that is not as it should be. */
export const useBag = task(import.meta, async function useBag(bag: Bag): Promise<string[]> {
  const faults: string[] = [];
  const check = (fine: boolean, what: string): void => void (fine || faults.push(what));
  const { lock, list: [rlock, { permits }], map } = bag;
  const event = map.get("event") as Event, bounded = map.get("bounded") as BoundedSemaphore;
  const [cell, all] = [...bag.cells] as [Value<"i32">, SharedArray<"u8">];
  const classes = [Lock, RLock, Semaphore, Event, BoundedSemaphore, Value, SharedArray];
  await using held = await lock.acquire({ timeout: 5000 });
  check(held?.ownerDied === false, "Lock was not to be had");
  contents(bag).forEach((thing, i) => check(thing.constructor === classes[i], classes[i]!.name));
  for (const one of [rlock, permits, bounded]) {
    const held = await one.acquire({ timeout: 5000 });
    check(held?.ownerDied === false, `${one.constructor.name} was not to be had`);
    await held!.release();
  }
  check(await permits.getValue() === 2, "permits");
  check(await bounded.release().then(() => false, () => true), "bounded");
  await event.set();
  check(await event.wait(), "event");
  check(await cell.add(1) > 5 && await all.add(1, 1) > 2, "cells");
  return faults;
});

/** Uses it in the innermost of so many nested workers, and hands it back. */
export const passOn = task(
  import.meta,
  async function passOn(kinds: readonly Kind[], bag: Bag): Promise<[string[], Bag]> {
    const [backend, ...rest] = kinds;
    if (!backend) return [await useBag(bag), bag];
    await using pool = new Pool({ workers: 1, backend });
    const [faults, back] = await pool.apply(passOn, [rest, bag]);
    const mine = contents(bag), theirs = contents(back);
    if (!mine.every((thing, i) => thing === theirs[i])) faults.push("came back as another");
    return [faults, back];
  },
);

/** The same bag twice in one message: whether each is one object. */
export const compare = task(
  import.meta,
  function compare(a: Bag, b: { readonly bag: Bag }): boolean {
    const others = contents(b.bag);
    return contents(a).every((thing, i) => thing === others[i]);
  },
);

let kept: Bag | undefined;

/** Initializer. */
export const keepBag = task(import.meta, function keepBag(bag: Bag): void {
  kept = bag;
});

export const useKept = task(import.meta, function useKept(): Promise<string[]> {
  return useBag(kept!);
});
