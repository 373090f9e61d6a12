/** Functions without `task()`: their source travels. */
import { AsyncLocalStorage } from "node:async_hooks";
import { assertEquals, assertInstanceOf, assertMatch, assertThrows } from "@std/assert";
import { it } from "./bounded.ts";
import type { SuiteBackend } from "./leaks.ts";
import { rejection } from "./rejection.ts";

/** Stands around the inline functions, out of their sight. */
const outside = 1;

const methods = {
  short(x: number): number {
    return x + 1;
  },
  async shortAsync(x: number): Promise<number> {
    return await x + 2;
  },
  *shortGenerator(n: number): Generator<number> {
    for (let i = 0; i < n; i++) yield i;
  },
  async *shortAsyncGenerator(n: number): AsyncGenerator<number> {
    for (let i = 0; i < n; i++) yield i * 10;
  },
  "a name in quotes"(x: number): number {
    return x + 3;
  },
  [`com${"puted" as const}` as const](x: number): number {
    return x + 4;
  },
  delete(x: number): number {
    return x + 5;
  },
  [Symbol.iterator](x: number): number {
    return x + 6;
  },
};

class Holder {
  static method(x: number): number {
    return x + 7;
  }
  instance(x: number): number {
    return x + 8;
  }
  #hidden = 1;
  readHidden(): number {
    return this.#hidden;
  }
}

const KINDS: Record<string, (x: number) => number | Promise<number>> = {
  "an arrow function": (x) => x + 10,
  "an arrow function with a body": (x) => {
    const y = x + 11;
    return y;
  },
  "an async arrow function": async (x) => await x + 12,
  "a function": function (x) {
    return x + 13;
  },
  "a named function that calls itself": function down(x): number {
    return x > 100 ? x : down(x + 100);
  },
  "an async function": async function (x) {
    return await Promise.resolve(x + 14);
  },
  "default values and patterns": (x, { y } = { y: 15 }, ...rest: number[]) => x + y + rest.length,
  "a comment at the end": (x) => x + 16, // and after it
  "a method": methods.short,
  "an async method": methods.shortAsync,
  "a method with a name in quotes": methods["a name in quotes"],
  "a method with a computed name": methods.computed,
  "a method named as a keyword": methods.delete,
  "a method named by a symbol": methods[Symbol.iterator],
  "a static method": Holder.method,
  "a method of a class": Holder.prototype.instance,
};

/** What the kinds make of 1. */
const RESULTS = [11, 12, 13, 14, 101, 15, 16, 17, 2, 3, 4, 5, 6, 7, 8, 9];

/** As transpilers leave functions behind. */
const withHelper = new Function(
  "x",
  "const inner = __name((y) => y + 1, 'inner'); return inner(x);",
) as (x: number) => number;

const NO_FUNCTIONS: unknown[] = [undefined, null, 1, "x => x", {}, [], Symbol("fn")];

export function inlineFunctions({ sharedPool }: SuiteBackend): void {
  const pool = sharedPool(1);

  for (const [i, [name, fn]] of Object.entries(KINDS).entries()) {
    it(`apply() does run an inline function: ${name}`, async () => {
      assertEquals(await pool().apply(fn, [1]), RESULTS[i]);
    });
  }

  it("stream() does run inline generators", async () => {
    const { shortGenerator, shortAsyncGenerator } = methods;
    const functions = [
      function* (n: number) {
        for (let i = 0; i < n; i++) yield i;
      },
      async function* (n: number) {
        for (let i = 0; i < n; i++) yield await i;
      },
      shortGenerator,
    ];
    for (const fn of functions) {
      assertEquals(await Array.fromAsync(pool().stream(fn, [3])), [0, 1, 2]);
    }
    assertEquals(await Array.fromAsync(pool().stream(shortAsyncGenerator, [3])), [0, 10, 20]);
  });

  it("apply() does provide the helper that transpilers wrap functions in", async () => {
    assertEquals(await pool().apply(withHelper, [1]), 2);
  });

  it("apply() does run an inline function in strict mode", async () => {
    const self = function (this: unknown): string {
      return typeof this;
    } as () => string;
    assertEquals(await pool().apply(self), "undefined");
  });

  it("apply() does run what `using` becomes on this runtime", async () => {
    const log = await pool().apply(() => {
      const seen: string[] = [];
      {
        using _held = { [Symbol.dispose]: () => void seen.push("disposed") };
        seen.push("body");
      }
      return seen;
    });
    assertEquals(log, ["body", "disposed"]);
  });

  it("apply() does run a task in nobody's AsyncLocalStorage context", async () => {
    const holder = globalThis as { poolTestUser?: AsyncLocalStorage<string> };
    const user = holder.poolTestUser = new AsyncLocalStorage<string>();
    const look = () => (globalThis as typeof holder).poolTestUser?.getStore();
    assertEquals(await user.run("host", () => pool().apply(look)), undefined);
    delete holder.poolTestUser;
  });

  it("apply() does await everything that `await` would, also a function with a method then", async () => {
    const later = () => Object.assign(() => {}, { then: (give: (x: number) => void) => give(11) });
    assertEquals(await pool().apply(later) as unknown, 11);
  });

  it("apply() does send a function that is made anew each time only once", async () => {
    const functionEach = (): (x: number) => number => (x) => x * 2;
    const results = [1, 2, 3].map((x) => pool().apply(functionEach(), [x]));
    assertEquals(await Promise.all(results), [2, 4, 6]);
  });

  it("apply() does hint at the reason when a variable around a function is missing", async () => {
    const { name, message, stack } = await rejection(pool().apply(() => outside));
    assertEquals(name, "ReferenceError");
    assertMatch(message, /outside.* \(an inline function is sent .* task\(\)\)/);
    assertMatch(String(stack), /an inline function is sent/);
  });

  it("map() does give the hint, too, and to async functions", async () => {
    const sync = await rejection(pool().map((x: number) => x + outside, [1]));
    // deno-lint-ignore require-await
    const late = await rejection(pool().apply(async () => outside));
    for (const { message } of [sync, late]) assertMatch(message, /an inline function is sent/);
  });

  it("apply() does give no hint for a ReferenceError that is frozen", async () => {
    const error = await rejection(
      pool().apply(() => {
        throw Object.freeze(new ReferenceError("as it is"));
      }),
    );
    assertEquals([error.name, error.message], ["ReferenceError", "as it is"]);
  });

  const REFUSED: [string, (...args: never[]) => unknown, RegExp][] = [
    ["a native function", Math.max, /^Cannot submit function max: a native or bound function/],
    ["a bound function", methods.short.bind(null), /^Cannot submit function .*bound function/],
    ["a class", Holder as never, /^Cannot submit class Holder: pass a function that makes/],
    ["a function that reads import.meta", () => import.meta.url, /makes no sense away from its/],
    ["a method that reads a private field", Holder.prototype.readHidden, /makes no sense away/],
    ["a proxy of a function", new Proxy(methods.short, {}), /a native or bound function/],
  ];
  for (const [what, fn, message] of REFUSED) {
    it(`apply() does refuse ${what} at the call`, async () => {
      const { submitted } = pool().stats();
      const error = await rejection(pool().apply(fn as () => unknown));
      assertInstanceOf(error, TypeError);
      assertMatch(error.message, message);
      assertEquals(pool().stats().submitted, submitted);
      assertThrows(() => pool().applyAsync(fn as () => unknown), TypeError);
    });
  }

  it("apply() does refuse what is no function", async () => {
    for (const value of NO_FUNCTIONS) {
      const error = await rejection(pool().apply(value as () => unknown));
      assertInstanceOf(error, TypeError);
      assertMatch(error.message, /is no function$/);
    }
  });
}
