/** What cannot be sent fails its own call, with its place in the value, and nothing else. */
import { assert, assertEquals, assertInstanceOf, assertMatch } from "@std/assert";
import { Future, InlineExecutor, LocalQueue, MaybeEncodingError, Pool, Thread } from "@pool/core";
import {
  badProgress,
  countCall,
  countLevels,
  echo,
  echoAll,
  errorChain,
  failByChain,
  functionForThree,
  giveGenerator,
  giveUnsendable,
  giveUnsendableLate,
  messageOf,
  nest,
  nested,
  unsendablePaths,
  yieldFunction,
} from "../tasks/values.ts";
import { it } from "./bounded.ts";
import type { SuiteBackend } from "./leaks.ts";
import { rejection } from "./rejection.ts";

function detached(): ArrayBuffer {
  const buffer = new ArrayBuffer(8);
  structuredClone(buffer, { transfer: [buffer] });
  return buffer;
}

function throwing(): object {
  return {
    get name() {
      throw new RangeError("no name today");
    },
  };
}

/** By what they are: the value, and what the error says of it. */
const UNSENDABLE: Record<string, [unknown, RegExp]> = {
  "a function": [function save() {}, /function save cannot be sent/],
  "an arrow function": [(() => () => {})(), /a function cannot be sent/],
  "a class": [class Foo {}, /function Foo cannot be sent/],
  "a symbol": [Symbol("s"), /a symbol cannot be sent/],
  "a boxed symbol": [Object(Symbol("s")), /class Symbol cannot be cloned/],
  "a promise": [Promise.resolve(1), /class Promise cannot be cloned/],
  "a WeakMap": [new WeakMap(), /class WeakMap cannot be cloned/],
  "a WeakSet": [new WeakSet(), /class WeakSet cannot be cloned/],
  "a WeakRef": [new WeakRef({}), /class WeakRef cannot be cloned/],
  "a URL": [new URL("https://example.com"), /class URL cannot be cloned/],
  "a URLSearchParams": [new URLSearchParams("a=1"), /class URLSearchParams cannot be cloned/],
  "Headers": [new Headers({ a: "1" }), /class Headers cannot be cloned/],
  "FormData": [new FormData(), /class FormData cannot be cloned/],
  "a Request": [new Request("https://example.com"), /class Request cannot be cloned/],
  "an AbortSignal": [new AbortController().signal, /class AbortSignal cannot be cloned/],
  "an EventTarget": [new EventTarget(), /class EventTarget cannot be cloned/],
  "a subclass of URL": [
    new (class Link extends URL {})("https://a.b"),
    /class Link cannot be clon/,
  ],
  "a generator": [(function* () {})(), /cannot be cloned/],
  "an async generator": [(async function* () {})(), /cannot be cloned/],
  "an iterator of an array": [[1].values(), /cannot be cloned/],
  "a port that is not transferred": [
    new MessageChannel().port1,
    /class MessagePort cannot be clon/,
  ],
  "a stream that is not transferred": [new ReadableStream(), /class ReadableStream cannot be clo/],
  "an object with a getter that throws": [
    throwing(),
    /reading it failed: RangeError: no name today/,
  ],
  "a revoked proxy": [revoked(), /reading it failed: TypeError/],
  "a pool": [new Pool({ workers: 1, backend: "inline" }), /class Pool cannot be sent/],
  "an executor": [new InlineExecutor(), /class InlineExecutor cannot be sent/],
  "a future": [new Future(), /class Future cannot be sent/],
  "a thread": [new Thread({ target: () => {} }), /class Thread cannot be sent/],
  "a LocalQueue": [new LocalQueue(), /this queue belongs to one worker; Queue is one/],
  "a detached buffer": [detached(), /the buffer is detached/],
  "a view of a detached buffer": [viewOfDetached(), /the buffer is detached/],
};

function viewOfDetached(): Uint8Array {
  const view = new Uint8Array(4);
  structuredClone(view, { transfer: [view.buffer] });
  return view;
}

function revoked(): unknown {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

const no = (): void => {};

/** Where it stands: the arguments, and the path that the error must tell. */
const PATHS: [string, unknown[]][] = [
  ["args[0]", [no]],
  ["args[1]", [1, no]],
  ["args[0].a.b[3]", [{ a: { b: [0, 1, 2, no] } }]],
  ["args[0][2][1]", [[0, {}, [{}, no], 4]]],
  ['args[0]["a b"]["0x"]', [{ "a b": { "0x": no } }]],
  ['args[0]["1"].ähm.$x', [{ 1: { ähm: { $x: no } } }]],
  ['args[0].get("key").list[0]', [new Map([["key", { list: [no] }]])]],
  ["args[0].get(7)", [new Map([[6, no], [7, no]].slice(1) as [number, unknown][])]],
  ["args[0].get(object)[0]", [new Map([[{}, [no]]])]],
  ["args[0].keys(object).k", [new Map([[{ k: no }, 1]])]],
  ["args[0].values()[2].x", [new Set<unknown>([1, { x: 1 }, { x: no }])]],
  ["args[0][5]", [Object.assign([], { 5: no })]],
  ["args[0].extra", [Object.assign([1], { extra: no })]],
  ['args[0]["@pool/core"].x', [{ "@pool/core": { x: no } }]],
  ["args[2].name", [1, { a: [1] }, throwing()]],
];

export function refusals({ sharedPool, traits }: SuiteBackend): void {
  const pool = sharedPool(1);

  for (const [what, [value, message]] of Object.entries(UNSENDABLE)) {
    it(`apply() does refuse ${what}, before anything is sent`, async () => {
      const { submitted } = pool().stats();
      const error = await rejection(pool().apply(echo, [{ list: [value] }]));
      assertInstanceOf(error, MaybeEncodingError);
      assertMatch(error.message, /^Cannot send args\[0\]\.list\[0\]/);
      assertMatch(error.message, message);
      assertEquals(pool().stats().submitted, submitted);
    });
  }

  for (const [path, args] of PATHS) {
    it(`apply() does name the place of what it refuses: ${path}`, async () => {
      const error = await rejection(pool().apply(echoAll, args));
      assertInstanceOf(error, MaybeEncodingError);
      assertEquals(error.path, path);
      assert(error.message.startsWith(`Cannot send ${path}: `));
    });
  }

  it("apply() does carry long chains of causes, and words for the rest of endless ones", async () => {
    for (const length of [100, 600, 950, 3000]) {
      const error = await rejection(pool().apply(failByChain, [length]));
      assertEquals(error.message, `layer ${length - 1}`);
      let levels = 0;
      let cause: unknown = error;
      while (cause instanceof Error) cause = cause.cause, levels++;
      assert(levels === length + 1 || (levels > 100 && typeof cause === "string"), `${levels}`);
    }
    assertEquals(await pool().apply(messageOf, [errorChain(3000)]), "layer 2999");
    let escaped: unknown = 1;
    for (let i = 0; i < 950; i++) escaped = { "@pool/core": escaped };
    assertMatch((await rejection(pool().apply(echo, [escaped]))).message, /nested too deeply/);
    assertEquals(await pool().apply(countLevels, [[]]), 1);
  });

  it("apply() does carry 1,000 levels, and refuse more, there and back", async () => {
    for (const levels of [100, 1000]) {
      assertEquals(await pool().apply(countLevels, [nested(levels)]), levels);
      assertEquals(countLevels(await pool().apply(nest, [levels])), levels);
    }
    for (const levels of [1010, 2500, 5000]) {
      const others = [pool().apply(countLevels, [[]]), pool().apply(countLevels, [[[]]])];
      const errors = await Promise.all([
        rejection(pool().apply(countLevels, [nested(levels)])),
        rejection(pool().apply(nest, [levels], { timeout: 10_000 })),
      ]);
      for (const error of errors) {
        assertInstanceOf(error, MaybeEncodingError);
        assertMatch(error.message, /nested too deeply/);
      }
      assertEquals(await Promise.all(others), [1, 2]);
    }
  });

  it("apply() does keep what a getter threw as the cause", async () => {
    const error = await rejection(pool().apply(echo, [throwing()]));
    assertEquals((error.cause as Error).message, "no name today");
    assertEquals(error.cause instanceof RangeError, true);
  });

  it("apply() does refuse one call of a turn, and run the others", async () => {
    const before = await pool().apply(countCall);
    const outcomes = await Promise.allSettled([
      pool().apply(countCall, [1]),
      pool().apply(countCall, [no]),
      pool().apply(countCall, [{ no }]),
      pool().apply(countCall, [2]),
    ]);
    assertEquals(outcomes.map(({ status }) => status), [
      "fulfilled",
      "rejected",
      "rejected",
      "fulfilled",
    ]);
    assertEquals(await pool().apply(countCall), before + 3);
  });

  it("map() does refuse one item, and run the others", async () => {
    const before = await pool().apply(countCall);
    const error = await rejection(pool().map(countCall, [0, 1, { a: [no] }, 3], { chunksize: 2 }));
    assertInstanceOf(error, MaybeEncodingError);
    assertEquals(error.path, "items[2].a[0]");
    assertEquals(await pool().apply(countCall), before + 4);
  });

  it("starmap() does name the place of an argument", async () => {
    const error = await rejection(pool().starmap(echoAll, [[1, 2], [1, [no]]]));
    assertEquals([error.name, error.path], ["MaybeEncodingError", "items[1][1][0]"]);
  });

  it("imap() does refuse one item, and go on", async () => {
    const results = pool().imap(echo, [0, no, 2, 3, 4, { no }]);
    const seen: unknown[] = [];
    for (let i = 0; i < 6; i++) {
      seen.push(await results.next().then(({ value }) => value, (error) => error.path));
    }
    assertEquals(seen, [0, "items[1]", 2, 3, 4, "items[5].no"]);
    assertEquals((await results.next()).done, true);
  });

  it("stream() does refuse an argument at the call", () => {
    let error: unknown;
    try {
      pool().stream(yieldFunction as (value: unknown) => Generator<unknown>, [no]);
    } catch (thrown) {
      error = thrown;
    }
    assertInstanceOf(error, MaybeEncodingError);
    assertEquals(error.path, "args[0]");
  });

  for (const path of unsendablePaths) {
    it(`apply() does reject a result that cannot be sent: ${path}`, async () => {
      for (const fn of [giveUnsendable, giveUnsendableLate]) {
        const error = await rejection(pool().apply(fn, [path]));
        assertInstanceOf(error, MaybeEncodingError);
        assertEquals(error.path, path);
        assert(error.message.startsWith(`Cannot send ${path}: `));
      }
    });
  }

  it("apply() does keep the worker that made such a result", async () => {
    const { spawned, died, killed } = pool().stats().workers;
    const outcomes = await Promise.allSettled([
      pool().apply(giveUnsendable, ["result"]),
      pool().apply(echo, ["between"]),
      pool().apply(giveUnsendable, ["result.a.b[3]"]),
    ]);
    assertEquals(outcomes.map(({ status }) => status), ["rejected", "fulfilled", "rejected"]);
    const { workers } = pool().stats();
    assertEquals([workers.spawned, workers.died, workers.killed], [spawned, died, killed]);
    assertEquals(workers.alive, 1);
  });

  it("imap() does reject the one item whose result cannot be sent", async () => {
    const results = pool().imap(functionForThree, [1, 2, 3, 4], { chunksize: 4 });
    const seen: unknown[] = [];
    for (let i = 0; i < 4; i++) {
      seen.push(await results.next().then(({ value }) => value, (error) => error.path));
    }
    assertEquals(seen, [1, 2, "result.list[0]", 4]);
    await results.return();
  });

  it("apply() does say that a generator is for stream()", async () => {
    const error = await rejection(pool().apply(giveGenerator));
    assertInstanceOf(error, MaybeEncodingError);
    assertMatch(error.message, /call it with pool\.stream\(\)/);
  });

  it("stream() does end with the item that cannot be sent, after those before it", async () => {
    const seen: unknown[] = [];
    let error: unknown;
    try {
      for await (const item of pool().stream(yieldFunction)) seen.push(item);
    } catch (thrown) {
      error = thrown;
    }
    assertEquals(seen, [1, 2]);
    assertInstanceOf(error, MaybeEncodingError);
    assertEquals(error.path, "item.deep");
    assertEquals(await pool().apply(echo, [1]), 1);
  });

  it("progress() does throw in the task for what cannot be sent", async () => {
    assertEquals(await pool().apply(badProgress), "progress[0]");
  });

  if (!traits.sharedMemory) {
    it("apply() does refuse a SharedArrayBuffer", async () => {
      const error = await rejection(pool().apply(echo, [new SharedArrayBuffer(8)]));
      assertMatch(error.message, /cannot be shared with another process/);
    });
  }
}
