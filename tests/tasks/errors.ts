/** Tasks of the errors suite: each throws something. */
import { readFileSync } from "node:fs";
import { registerClass, task } from "@pool/core/task";

/** Registered: arrives as itself. */
export class PaymentError extends Error {
  readonly code: number;
  constructor(message: string, code: number, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
  override get name(): string {
    return "PaymentError";
  }
  describe(): string {
    return `${this.message} (${this.code})`;
  }
}
registerClass(PaymentError);

/** Not registered, and named by its class only. */
export class QuotaError extends RangeError {
  readonly limit = 10;
}

/** Not registered, and names itself. */
export class NamedError extends Error {
  override name = "NamedByHand";
}

type Make = () => unknown;

/** What throws wherever it is touched. */
function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

/** What {@link throwOne} throws, by name. */
export const THROWN = {
  Error: () => new Error("a message"),
  TypeError: () => new TypeError("a message"),
  RangeError: () => new RangeError("a message"),
  SyntaxError: () => new SyntaxError("a message"),
  ReferenceError: () => new ReferenceError("a message"),
  EvalError: () => new EvalError("a message"),
  URIError: () => new URIError("a message"),
  AggregateError: () => new AggregateError([new TypeError("one"), "two", { three: 3 }], "many"),
  DOMException: () => new DOMException("a message", "QuotaExceededError"),
  abort: () => AbortSignal.abort().reason,
  SuppressedError: () => new SuppressedError(new TypeError("new"), new RangeError("old"), "both"),
  registered: () => new PaymentError("no money", 402, { cause: new Error("empty") }),
  unregistered: () => Object.assign(new QuotaError("too much"), { user: { id: 1 } }),
  namedByHand: () => new NamedError("by hand"),
  anonymous: () => new (class extends Error {})("nameless"),
  renamed: () => Object.assign(new Error("m"), { name: "CustomName" }),
  renamedHidden: () => Object.defineProperty(new Error("m"), "name", { value: "HiddenName" }),
  properties: () =>
    Object.assign(new TypeError("m"), { code: "E_X", map: new Map([[1, { a: 1n }]]) }),
  errorsObject: () => Object.assign(new Error("m"), { errors: { field: "bad" } }),
  causes: () => new Error("1", { cause: new TypeError("2", { cause: new PaymentError("3", 3) }) }),
  undefinedCause: () => new Error("m", { cause: undefined }),
  plainCause: () => new Error("m", { cause: { code: 7 } }),
  selfCause: () => {
    const error = new Error("loop");
    return Object.defineProperty(error, "cause", { value: error });
  },
  twoCycle: () => {
    const a = new Error("a"), b = new RangeError("b", { cause: a });
    a.cause = b;
    return Object.assign(a, { list: [b, a] });
  },
  uncloneable: () =>
    Object.assign(new TypeError("arrives"), {
      save() {},
      request: { url: new URL("https://example.com") },
      symbol: Symbol("s"),
      fine: [1],
    }),
  uncloneableCause: () => new TypeError("arrives", { cause: () => {} }),
  uncloneableErrors: () => new AggregateError([() => {}, new Error("kept")], "arrives"),
  throwingGetter: () =>
    Object.defineProperty(Object.assign(new TypeError("arrives"), { fine: 1 }), "bad", {
      enumerable: true,
      get: () => {
        throw new Error("no");
      },
    }),
  throwingMessage: () =>
    Object.defineProperty(new TypeError("m"), "message", {
      get: () => {
        throw new Error("no");
      },
    }),
  nameOfClassNoText: () =>
    new (class extends Error {
      static override name = { of() {} } as never;
    })("arrives"),
  revokedPart: () => Object.assign(new TypeError("arrives"), { part: revoked() }),
  frozen: () => Object.freeze(new RangeError("frozen")),
  withoutStack: () => Object.defineProperty(new Error("no stack"), "stack", { value: undefined }),
  null: () => null,
  undefined: () => undefined,
  string: () => "a string",
  number: () => 42,
  object: () => ({ code: 1, list: [1, new Date(5)] }),
  bigintObject: () => ({ n: 1n }),
  function: () => function thrownFunction() {},
  symbol: () => Symbol("thrown"),
  url: () => new URL("https://example.com"),
  revoked: () => revoked(),
  hostile: () => new Proxy({}, { getPrototypeOf: () => revoked() }),
} satisfies Record<string, Make>;

export type ThrownName = keyof typeof THROWN;

/** Throws what the name says. */
export const throwOne = task(import.meta, function throwOne(name: ThrownName): never {
  throw THROWN[name]();
});

/** As {@link throwOne}, after an await. */
export const rejectOne = task(import.meta, async function rejectOne(name: ThrownName) {
  await Promise.resolve();
  throw THROWN[name]();
});

/** Returns what {@link throwOne} would throw. */
export const returnOne = task(import.meta, function returnOne(name: ThrownName): unknown {
  return { thrown: THROWN[name]() };
});

/** What throws when it is asked for its class. */
export const returnHostile = task(import.meta, function returnHostile(): unknown {
  return new Proxy({}, {
    getPrototypeOf: () => {
      throw new Error("no class");
    },
  });
});

/** Throws for odd numbers, each time another class. */
export const throwOdd = task(import.meta, function throwOdd(n: number): number {
  if (n % 2 === 0) return n;
  throw n === 1 ? new TypeError("odd 1") : new PaymentError(`odd ${n}`, n);
});

/** Has frames of its own between the throw and the task. */
export const failDeep = task(import.meta, function failDeep(): void {
  deepInTheWorker();
});

function deepInTheWorker(): never {
  throw new Error("from the deep");
}

/** Yields twice, then throws. */
export const yieldThenThrow = task(import.meta, function* yieldThenThrow() {
  yield 1;
  yield 2;
  throw new PaymentError("dry", 3);
});

/** The system says no: there is no such file. */
export const readNothing = task(import.meta, function readNothing(): unknown {
  return readFileSync(new URL("./there_is_no_such_file", import.meta.url));
});

/** The runtime's own argument check. */
export const misuse = task(import.meta, function misuse(): unknown {
  return readFileSync({} as never);
});

/** Tells how an error looks that came as an argument. */
export const inspectError = task(import.meta, function inspectError(error: PaymentError) {
  return {
    registered: error instanceof PaymentError,
    text: error.describe(),
    cause: (error.cause as Error).message,
    stack: typeof error.stack,
  };
});

/** Needs more stack than there is. */
export const overflow = task(import.meta, function overflow(): number {
  return overflow() + 1;
});
