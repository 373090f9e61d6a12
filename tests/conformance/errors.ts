/** What a task throws arrives as itself: class, message, properties, causes, and both stacks. */
import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertMatch,
  assertStrictEquals,
} from "@std/assert";
import { PoolError, RemoteError } from "@pool/core";
import {
  failDeep,
  inspectError,
  misuse,
  overflow,
  PaymentError,
  QuotaError,
  readNothing,
  rejectOne,
  returnHostile,
  returnOne,
  THROWN,
  type ThrownName,
  throwOdd,
  throwOne,
  yieldThenThrow,
} from "../tasks/errors.ts";
import { echo } from "../tasks/values.ts";
import type { Backend } from "./backend.ts";
import { it } from "./bounded.ts";
import { suite, type SuiteBackend } from "./leaks.ts";
import { type AnyError, rejection } from "./rejection.ts";

type Thrown = (name: ThrownName) => Promise<AnyError>;

export function errorsSuite(backend: Backend): void {
  suite("errors", backend, (suiteBackend) => {
    const pool = suiteBackend.sharedPool(1);
    const thrown: Thrown = (name) => rejection(pool().apply(throwOne, [name]));
    builtIns(thrown);
    parts(thrown);
    ownClasses(thrown);
    oddities(thrown);
    stacks(suiteBackend);
    everywhere(suiteBackend);
  });
}

const BUILT_INS = [
  Error,
  TypeError,
  RangeError,
  SyntaxError,
  ReferenceError,
  EvalError,
  URIError,
];

function builtIns(thrown: Thrown): void {
  for (const type of BUILT_INS) {
    it(`apply() does reject with a ${type.name} as the task threw it`, async () => {
      const error = await thrown(type.name as ThrownName);
      assertStrictEquals(Object.getPrototypeOf(error), type.prototype);
      assertEquals([error.name, error.message], [type.name, "a message"]);
      assertEquals(Object.keys(error), []);
    });
  }

  it("apply() does keep the errors of an AggregateError", async () => {
    const error = await thrown("AggregateError");
    assertInstanceOf(error, AggregateError);
    assertEquals([error.message, error.errors.length], ["many", 3]);
    assertInstanceOf(error.errors[0], TypeError);
    assertEquals(error.errors[0].message, "one");
    assertEquals(error.errors.slice(1), ["two", { three: 3 }]);
    assertEquals(Object.keys(error), []);
  });

  it("apply() does keep name and code of a DOMException", async () => {
    const error = await thrown("DOMException");
    assertInstanceOf(error, DOMException);
    assertEquals([error.name, error.message, error.code], ["QuotaExceededError", "a message", 22]);
  });

  it("apply() does keep the reason of an aborted signal", async () => {
    const error = await thrown("abort");
    assertInstanceOf(error, DOMException);
    assertEquals([error.name, error.code], ["AbortError", 20]);
  });

  it("apply() does keep both errors of a SuppressedError", async () => {
    const error = await thrown("SuppressedError");
    assertInstanceOf(error, SuppressedError);
    assertInstanceOf(error.error, TypeError);
    assertInstanceOf(error.suppressed, RangeError);
    assertEquals([error.message, error.error.message, error.suppressed.message], [
      "both",
      "new",
      "old",
    ]);
  });
}

function parts(thrown: Thrown): void {
  it("apply() does keep own properties of any kind", async () => {
    const error = await thrown("properties");
    assertInstanceOf(error, TypeError);
    assertEquals({ ...error }, { code: "E_X", map: new Map([[1, { a: 1n }]]) });
  });

  it("apply() does keep a property named errors that is no array", async () => {
    assertEquals((await thrown("errorsObject")).errors, { field: "bad" });
  });

  it("apply() does keep a name that was set, hidden or not", async () => {
    for (const [kind, name] of [["renamed", "CustomName"], ["renamedHidden", "HiddenName"]]) {
      const error = await thrown(kind as ThrownName);
      assertStrictEquals(Object.getPrototypeOf(error), Error.prototype);
      assertEquals([error.name, String(error)], [name, `${name}: m`]);
    }
  });

  it("apply() does keep a chain of causes with their classes", async () => {
    const error = await thrown("causes");
    const second = error.cause as Error;
    assertInstanceOf(second, TypeError);
    assertInstanceOf(second.cause, PaymentError);
    assertEquals(second.cause.describe(), "3 (3)");
    assertMatch(String(second.stack), /causes/);
    assertEquals(Object.keys(error), []);
  });

  it("apply() does keep causes that are no errors, or undefined", async () => {
    assertEquals((await thrown("plainCause")).cause, { code: 7 });
    const error = await thrown("undefinedCause");
    assert("cause" in error && error.cause === undefined);
    assert(!("cause" in await thrown("Error")));
  });

  it("apply() does keep causes that go in circles", async () => {
    const loop = await thrown("selfCause");
    assertStrictEquals(loop.cause, loop);
    const a = await thrown("twoCycle");
    const b = a.cause as Error;
    assertInstanceOf(b, RangeError);
    assertStrictEquals(b.cause, a);
    assertEquals((a.list as unknown[]).map((e) => [e === a, e === b]), [[false, true], [
      true,
      false,
    ]]);
  });
}

function ownClasses(thrown: Thrown): void {
  it("apply() does reject with an error of a registered class as itself", async () => {
    const error = await thrown("registered");
    assertInstanceOf(error, PaymentError);
    assertEquals([error.name, error.code, error.describe()], [
      "PaymentError",
      402,
      "no money (402)",
    ]);
    assertEquals((error.cause as Error).message, "empty");
  });

  it("apply() does reject with a RemoteError for a class that is not registered", async () => {
    const error = await thrown("unregistered");
    assertInstanceOf(error, RemoteError);
    assert(error instanceof PoolError && !(error instanceof QuotaError));
    assertEquals([error.name, error.remoteName, error.message], [
      "RemoteError",
      "QuotaError",
      "too much",
    ]);
    assertEquals([error.limit, error.user], [10, { id: 1 }]);
    assertMatch(String(error.stack), /throwOne/);
    assertStrictEquals(error.value, undefined);
  });

  it("apply() does tell the name that such an error gave itself", async () => {
    const error = await thrown("namedByHand");
    assertInstanceOf(error, RemoteError);
    assertEquals([error.name, error.remoteName], ["RemoteError", "NamedByHand"]);
  });

  it("apply() does reject with a RemoteError for a class without a name", async () => {
    const error = await thrown("anonymous");
    assertInstanceOf(error, RemoteError);
    assertEquals([error.remoteName, error.message], ["Error", "nameless"]);
  });
}

/** What was thrown, and what the RemoteError says of it. */
const NON_ERRORS: [ThrownName, string, RegExp, unknown?][] = [
  ["null", "null", /^A task threw null$/, null],
  ["undefined", "undefined", /^A task threw undefined$/, undefined],
  ["string", "string", /^A task threw a string$/, "a string"],
  ["number", "number", /^A task threw 42$/, 42],
  ["object", "object", /^A task threw \{"code":1/, { code: 1, list: [1, new Date(5)] }],
  ["bigintObject", "object", /^A task threw /, { n: 1n }],
  ["function", "function", /^A task threw a function: .*thrownFunction/],
  ["symbol", "symbol", /^A task threw a symbol: Symbol\(thrown\)/],
  ["url", "object", /^A task threw an? object: https:\/\/example.com/],
];

function oddities(thrown: Thrown): void {
  for (const [name, remoteName, message, value] of NON_ERRORS) {
    it(`apply() does reject with a RemoteError for a thrown ${name}`, async () => {
      const error = await thrown(name);
      assertInstanceOf(error, RemoteError);
      assertMatch(error.message, message);
      assertEquals([error.name, error.remoteName], ["RemoteError", remoteName]);
      assertEquals(error.value, value);
    });
  }

  it("apply() does tell in words what of an error cannot be sent", async () => {
    const error = await thrown("uncloneable");
    assertInstanceOf(error, TypeError);
    assertEquals({ ...error, message: error.message }, {
      message: "arrives",
      save: "function save",
      request: "an object of class Object",
      symbol: "Symbol(s)",
      fine: [1],
    } as never);
  });

  it("apply() does tell in words a cause or an error within that cannot be sent", async () => {
    const error = await thrown("uncloneableCause");
    assertEquals([error.constructor, error.cause], [TypeError, "function cause"]);
    const many = await thrown("uncloneableErrors");
    assertInstanceOf(many, AggregateError);
    assertEquals(many.errors[0], "a function");
    assertEquals(many.errors[1].message, "kept");
  });

  it("apply() does bring an error with a property that throws", async () => {
    const error = await thrown("throwingGetter");
    assertInstanceOf(error, TypeError);
    assertEquals([error.message, error.fine], ["arrives", 1]);
    assertMatch(String(error.bad), /no/);
  });

  it("apply() does bring an error whose class has a name that is no text", async () => {
    assertEquals((await thrown("nameOfClassNoText")).message, "arrives");
  });

  it("apply() does tell in words a part that throws wherever it is touched", async () => {
    const error = await thrown("revokedPart");
    assertInstanceOf(error, TypeError);
    assertEquals(error.part, "(cannot be read)");
  });

  it("apply() does reject for what throws wherever it is touched", async () => {
    assertInstanceOf(await thrown("revoked"), RemoteError);
    assertInstanceOf(await thrown("hostile"), RemoteError);
  });

  it("apply() does reject where not even the message can be read", async () => {
    assertInstanceOf(await thrown("throwingMessage"), Error);
  });

  it("apply() does reject with a frozen error", async () => {
    const error = await thrown("frozen");
    assertInstanceOf(error, RangeError);
    assertMatch(String(error.stack), /throwOne/);
  });

  it("apply() does reject with an error without stack", async () => {
    const error = await thrown("withoutStack");
    assertEquals(error.message, "no stack");
  });
}

function stacks({ sharedPool }: SuiteBackend): void {
  const pool = sharedPool(1);

  function callFromTheHost(call: () => Promise<unknown>): Promise<AnyError> {
    return rejection(call());
  }

  const calls: Record<string, () => Promise<unknown>> = {
    "apply()": () => pool().apply(failDeep),
    "map()": () => pool().map(failDeep as (item: number) => void, [1]),
    "applyAsync()": () => pool().applyAsync(failDeep).get(),
    "imap()": () => pool().imap(failDeep as (item: number) => void, [1]).next(),
  };
  for (const [name, call] of Object.entries(calls)) {
    it(`${name} does show the task's frames in the stack, then the caller's`, async () => {
      const { stack = "" } = await callFromTheHost(call);
      const places = ["from the deep", "deepInTheWorker", "failDeep", "callFromTheHost"].map(
        (text) => stack.indexOf(text),
      );
      assert(places.every((place) => place >= 0), stack);
      assertEquals(places, places.toSorted((a, b) => a - b));
    });
  }

  it("apply() does reject with the RangeError of an endless recursion, and goes on", async () => {
    const error = await rejection(pool().apply(overflow));
    assertInstanceOf(error, RangeError);
    assertEquals(await pool().apply(echo, ["next"]), "next");
  });
}

function everywhere({ sharedPool }: SuiteBackend): void {
  const pool = sharedPool(1);

  it("apply() does bring everything that an async task throws, too", async () => {
    for (const name of Object.keys(THROWN) as ThrownName[]) {
      const [sync, late] = await Promise.all([
        rejection(pool().apply(throwOne, [name])),
        rejection(pool().apply(rejectOne as (name: ThrownName) => Promise<never>, [name])),
      ]);
      assertStrictEquals(Object.getPrototypeOf(late), Object.getPrototypeOf(sync));
      assertEquals(late.message, sync.message);
    }
  });

  it("apply() does reject for a result that throws when it is asked for its class", async () => {
    assertEquals((await rejection(pool().apply(returnHostile))).path, "result");
    assertEquals(await pool().apply(echo, ["goes on"]), "goes on");
  });

  it("apply() does reject where an inline function throws what throws when it is touched", async () => {
    const throwRevoked = (): never => {
      const { proxy, revoke } = Proxy.revocable({}, {});
      revoke();
      throw proxy;
    };
    assertInstanceOf(await rejection(pool().apply(throwRevoked)), RemoteError);
    const throwUnreadable = (): never => {
      const error = new ReferenceError("hidden");
      Object.defineProperty(error, "message", { get: () => JSON.parse("no JSON") });
      throw error;
    };
    assertInstanceOf(await rejection(pool().apply(throwUnreadable)), ReferenceError);
  });

  it("imap() does reject each failing item with its own error", async () => {
    const results = pool().imap(throwOdd, [0, 1, 2, 3], { chunksize: 4 });
    const seen: unknown[] = [];
    for (let i = 0; i < 4; i++) {
      seen.push(await results.next().then(({ value }) => value, (error) => error));
    }
    assertEquals([seen[0], seen[2]], [0, 2]);
    assertInstanceOf(seen[1], TypeError);
    assertInstanceOf(seen[3], PaymentError);
    assertEquals(seen[3].describe(), "odd 3 (3)");
    await results.return();
  });

  it("map() does reject with the first error by place", async () => {
    const error = await rejection(pool().map(throwOdd, [0, 3, 1], { chunksize: 1 }));
    assertInstanceOf(error, PaymentError);
    assertEquals(error.message, "odd 3");
  });

  it("stream() does throw what the generator threw, after its items", async () => {
    const seen: unknown[] = [];
    const error = await rejection((async () => {
      for await (const n of pool().stream(yieldThenThrow)) seen.push(n);
    })());
    assertEquals(seen, [1, 2]);
    assertInstanceOf(error, PaymentError);
  });

  it("apply() does keep code and path of a system error", async () => {
    const error = await rejection(pool().apply(readNothing));
    assertInstanceOf(error, Error);
    assertEquals([error.code, error.syscall], ["ENOENT", "open"]);
    assertMatch(String(error.path), /there_is_no_such_file/);
    assertEquals(error instanceof RemoteError, false);
  });

  it("apply() does keep the class of the runtime's own errors", async () => {
    const error = await rejection(pool().apply(misuse));
    assertInstanceOf(error, TypeError);
  });

  it("apply() does take an error as an argument", async () => {
    const error = new PaymentError("argument", 1, { cause: new Error("inner") });
    assertEquals(await pool().apply(inspectError, [error]), {
      registered: true,
      text: "argument (1)",
      cause: "inner",
      stack: "string",
    });
  });

  it("apply() does bring errors as values to the task and back, with their stacks", async () => {
    const error = Object.assign(new TypeError("a value", { cause: [1] }), { code: 5 });
    Object.freeze(error);
    const back = await pool().apply(echo, [{ list: [error, error] }]) as { list: AnyError[] };
    const [first, second] = back.list as [AnyError, AnyError];
    assertStrictEquals(first, second);
    assertInstanceOf(first, TypeError);
    assertEquals([first.message, first.cause, first.code], ["a value", [1], 5]);
    assertEquals(first.stack, error.stack);
  });

  it("apply() does return errors as values", async () => {
    for (const name of ["AggregateError", "DOMException", "registered", "frozen"] as const) {
      const { thrown } = await pool().apply(returnOne, [name]) as { thrown: AnyError };
      const original = THROWN[name]();
      assertStrictEquals(Object.getPrototypeOf(thrown), Object.getPrototypeOf(original));
      assertEquals(thrown.message, original.message);
    }
  });

  it("apply() does bring a RemoteError to a task and back as it is", async () => {
    const error = await rejection(pool().apply(throwOne, ["unregistered"]));
    const back = await pool().apply(echo, [error]) as AnyError;
    assertInstanceOf(back, RemoteError);
    assertEquals([back.remoteName, back.limit, back.message], ["QuotaError", 10, "too much"]);
  });
}
