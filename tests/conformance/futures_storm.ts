import { assert, assertEquals } from "@std/assert";
import {
  BrokenExecutor,
  CancelledError,
  type Future,
  type LocalExecutor,
  wait,
  WorkerDiedError,
} from "@pool/core";
import { die, echo, fail, square, squareAsync } from "../tasks/pool_tasks.ts";
import { Dice } from "../slots/dice.ts";
import { it, within } from "./bounded.ts";
import { type ExecutorBackend, executorSuite } from "./executor_backend.ts";

const ROUNDS = 25;
/** Everything is settled within this time (ms), whatever happened. */
const PATIENCE = 10_000;

/** Executors under all that users and workers may do, at random: every future is settled, once. */
export function stormSuite(backend: ExecutorBackend): void {
  executorSuite("storm", backend, ({ create, traits }) => {
    it("every future of a storm is settled once, and rightly", async () => {
      const seed = Date.now() % 2 ** 31;
      const dice = new Dice(seed);
      for (let round = 0; round < ROUNDS; round++) {
        const executor = create(1 + dice.below(3), traits.kind === "process" ? recover(dice) : {});
        const storm = new Storm(executor, dice, traits.isolated && dice.chance(0.5));
        const where = `seed ${seed}, round ${round}`;
        await within(PATIENCE, () => storm.run(), where);
        await storm.check(where);
      }
    }, 120_000);
  });
}

const recover = (dice: Dice): { readonly recover: boolean } => ({ recover: dice.chance(0.5) });

interface Expected {
  readonly future: Future<unknown>;
  /** What it gives when it is fulfilled. */
  readonly value?: unknown;
  readonly fails?: boolean;
  heard: number;
}

class Storm {
  readonly #executor: LocalExecutor;
  readonly #dice: Dice;
  readonly #deadly: boolean;
  readonly #calls: Expected[] = [];

  constructor(executor: LocalExecutor, dice: Dice, deadly: boolean) {
    this.#executor = executor;
    this.#dice = dice;
    this.#deadly = deadly;
  }

  async run(): Promise<void> {
    const dice = this.#dice;
    try {
      for (let step = 20 + dice.below(80); step > 0; step--) await this.#step();
    } catch (error) {
      if (!(this.#deadly && error instanceof BrokenExecutor)) throw error;
    }
    await this.#executor.shutdown({ wait: dice.chance(0.5), cancelFutures: dice.chance(0.3) });
    await wait(this.#calls.map(({ future }) => future));
    await this.#executor.shutdown();
  }

  async #step(): Promise<void> {
    const dice = this.#dice;
    const executor = this.#executor;
    const n = dice.below(100);
    if (this.#deadly && dice.chance(0.02)) {
      return this.#add(executor.submit(die, [dice.pick(["1", "throw", "reject"])]), {});
    }
    switch (dice.below(8)) {
      case 0:
        return this.#add(executor.submit(square, [n]), { value: n * n });
      case 1:
        return this.#add(executor.submit(squareAsync, [n]), { value: n * n });
      case 2:
        return this.#add(executor.submit(fail, ["as expected"]), { fails: true });
      case 3: {
        const bytes = new Uint8Array(dice.pick([10, 10_000, 1_000_000])).fill(n);
        return this.#add(executor.submit(echo<Uint8Array>, [bytes]), { value: bytes });
      }
      case 4:
        return void this.#calls[dice.below(this.#calls.length)]?.future.cancel();
      case 5:
        return await new Promise((resolve) => setTimeout(resolve, dice.below(4)));
      case 6:
        return await this.#map(n);
      default:
        await this.#calls.at(-1)?.future.exception({ timeout: dice.below(3) }).catch(() => {});
    }
  }

  /** Part of a map; the rest is cancelled. */
  async #map(length: number): Promise<void> {
    const numbers = Array.from({ length }, (_, i) => i);
    const chunksize = 1 + this.#dice.below(10);
    let taken = 0;
    try {
      for await (const result of this.#executor.map(square, numbers, { chunksize })) {
        assertEquals(result, taken * taken);
        if (++taken === 10) break;
      }
    } catch (error) {
      if (!this.#deadly) throw error;
    }
  }

  #add(future: Future<unknown>, expected: Pick<Expected, "value" | "fails">): void {
    const call = { ...expected, future, heard: 0 };
    future.addDoneCallback(() => call.heard++);
    this.#calls.push(call);
  }

  async check(where: string): Promise<void> {
    for (const { future, value, fails, heard } of this.#calls) {
      assertEquals([future.done(), future.running(), heard], [true, false, 1], where);
      const error = await future.exception().catch((reason) => reason);
      if (future.cancelled()) assert(error instanceof CancelledError, where);
      else if (error === undefined) assertEquals(await future.result(), value, where);
      else {
        const byDeath = error instanceof BrokenExecutor || error instanceof WorkerDiedError;
        assert(byDeath ? this.#deadly : fails, `${where}: ${error}`);
      }
    }
  }
}
