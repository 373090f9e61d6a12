/**
 * `Slots` between two real threads, with delays before each access to shared memory on both sides, so
 * that every pair of steps meets in every order. A wake-up that is lost shows as a wait without end.
 */
import { assertGreater } from "@std/assert";
import { describe } from "node:test";
import { it } from "../conformance/bounded.ts";
import { beforeEachAccess, randomDelays } from "./atomic_steps.ts";
import { Dice, spin } from "./dice.ts";
import { SlotsDriver } from "./slots_driver.ts";
import { stressSeconds, withSeed } from "./stress.ts";

/** Milliseconds between calls: the worker spins, dozes, parks, and has parked. */
const GAPS = [0, 0.01, 0.1, 1, 1.5, 5];
/** Milliseconds for which the host looks for results itself. */
const LOOKS = [0, 0.01, 0.1, 1];

describe("Slots between two threads", () => {
  it(
    "loses no call and no wake-up, whatever the delay at each step",
    () =>
      withSeed(async (dice) => {
        await using driver = new SlotsDriver(dice);
        await driver.ready();
        const undo = beforeEachAccess(randomDelays(new Dice(dice.below(2 ** 31))));
        try {
          const end = performance.now() + 1000 * stressSeconds(3);
          while (performance.now() < end) await round(driver, dice);
          await driver.drain();
        } finally {
          undo();
        }
        assertGreater(driver.received, 5000);
      }),
    1000 * stressSeconds(3) + 20_000,
  );

  it("loses nothing while the host is blocked for 2 s", () =>
    withSeed(async (dice) => {
      await using driver = new SlotsDriver(dice);
      await driver.ready();
      for (let i = 0; i < 1500; i++) driver.send();
      driver.wake();
      driver.post();
      driver.block(2000);
      await driver.drain();
      driver.send();
      driver.wake();
      await driver.drain();
      assertGreater(driver.received, 1000);
    }));
});

async function round(driver: SlotsDriver, dice: Dice): Promise<void> {
  const kind = dice.next();
  if (kind < 0.4) await trickle(driver, dice);
  else if (kind < 0.8) await burst(driver, dice);
  else if (kind < 0.98) driver.post();
  else driver.block(50 + dice.next() * 150);
  // Nothing that comes later wakes a sleeper up by chance.
  if (dice.chance(0.4)) await driver.drain();
}

async function burst(driver: SlotsDriver, dice: Dice): Promise<void> {
  const size = dice.pick([1, 2, 3, 10, 100, 1200]);
  for (let i = 0; i < size; i++) {
    driver.send();
    if (dice.chance(0.01)) driver.post();
    if (dice.chance(0.1)) driver.wake();
  }
  driver.wake();
  await turn();
}

async function trickle(driver: SlotsDriver, dice: Dice): Promise<void> {
  const gap = dice.pick(GAPS);
  for (let i = 0; i < 8; i++) {
    driver.send();
    driver.wake();
    if (dice.chance(0.3)) driver.lookOut(dice.pick(LOOKS));
    if (gap > 1 && dice.chance(0.7)) await new Promise((resolve) => setTimeout(resolve, gap));
    else spin(gap * (0.5 + dice.next()));
    if (dice.chance(0.5)) await turn();
  }
}

/** Lets the host hear its bell. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
