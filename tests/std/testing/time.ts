/** A small stand-in for `@std/testing/time`. See ../README.md. */

/** Time was faked twice, restored twice, or set back. */
export class TimeError extends Error {
  override readonly name = "TimeError";
}

interface FakeTimer {
  readonly id: number;
  readonly callback: (...args: unknown[]) => void;
  readonly args: unknown[];
  /** Milliseconds between two runs, for an interval. */
  readonly every: number | undefined;
  due: number;
}

const REPLACED = ["Date", "setTimeout", "clearTimeout", "setInterval", "clearInterval"] as const;

/**
 * Stops the clock behind `Date`, `setTimeout`, `setInterval` and `AbortSignal.timeout` until it is
 * restored; `tick` moves it on. Timers are numbers while it lasts, on every runtime.
 */
export class FakeTime {
  static #current: FakeTime | undefined;

  readonly #real: Record<string, unknown> = {};
  readonly #realAbortTimeout = AbortSignal.timeout;
  readonly #timers = new Map<number, FakeTimer>();
  readonly start: number;
  #now: number;
  #lastId = 0;

  constructor(start?: number | string | Date | null) {
    if (FakeTime.#current) throw new TimeError("Cannot construct FakeTime: time is already faked");
    this.#now = start === undefined || start === null ? Date.now() : new Date(start).getTime();
    this.start = this.#now;
    const globals = globalThis as unknown as Record<string, unknown>;
    for (const name of REPLACED) this.#real[name] = globals[name];
    globals.Date = this.#fakeDate();
    globals.setTimeout = (callback: FakeTimer["callback"], ms?: number, ...args: unknown[]) =>
      this.#add({ callback, args, every: undefined }, ms);
    globals.setInterval = (callback: FakeTimer["callback"], ms?: number, ...args: unknown[]) =>
      this.#add({ callback, args, every: span(ms) }, ms);
    globals.clearTimeout = globals.clearInterval = (id: unknown) => {
      this.#timers.delete(Number(id));
    };
    AbortSignal.timeout = (ms: number) => this.#abortTimeout(ms);
    FakeTime.#current = this;
  }

  /** Gives the real time back. */
  static restore(): void {
    if (!FakeTime.#current) throw new TimeError("Cannot restore time: time is already restored");
    FakeTime.#current.restore();
  }

  restore(): void {
    if (FakeTime.#current !== this) {
      throw new TimeError("Cannot restore time: time is already restored");
    }
    Object.assign(globalThis, this.#real);
    AbortSignal.timeout = this.#realAbortTimeout;
    this.#timers.clear();
    FakeTime.#current = undefined;
  }

  [Symbol.dispose](): void {
    this.restore();
  }

  /** The faked time in milliseconds. Moving it on runs what is due. */
  get now(): number {
    return this.#now;
  }

  set now(value: number) {
    if (value < this.#now) throw new TimeError("Cannot set current time in the past");
    for (let timer = this.#earliest(); timer && timer.due <= value; timer = this.#earliest()) {
      this.#run(timer);
    }
    this.#now = value;
  }

  tick(ms = 0): void {
    this.now += ms;
  }

  /** Lets pending promise callbacks run first. */
  async tickAsync(ms = 0): Promise<void> {
    await this.runMicrotasks();
    this.tick(ms);
    await this.runMicrotasks();
  }

  /** Goes to the next timer and runs it; false when there is none. */
  next(): boolean {
    const timer = this.#earliest();
    if (timer) this.now = timer.due;
    return timer !== undefined;
  }

  async nextAsync(): Promise<boolean> {
    await this.runMicrotasks();
    return this.next();
  }

  runAll(): void {
    while (this.next());
  }

  async runAllAsync(): Promise<void> {
    while (await this.nextAsync());
  }

  async runMicrotasks(): Promise<void> {
    await this.delay(0);
  }

  /** Waits in real time. */
  async delay(ms: number, options: { signal?: AbortSignal } = {}): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const { signal } = options;
    if (signal?.aborted) throw signal.reason;
    const setReal = this.#real.setTimeout as typeof setTimeout;
    const clearReal = this.#real.clearTimeout as typeof clearTimeout;
    const timer = setReal.call(globalThis, resolve, ms);
    const onAbort = () => {
      clearReal.call(globalThis, timer);
      reject(signal?.reason);
    };
    signal?.addEventListener("abort", onAbort, { once: true });
    await promise;
    signal?.removeEventListener("abort", onAbort);
  }

  #add(timer: Pick<FakeTimer, "callback" | "args" | "every">, ms?: number): number {
    const id = ++this.#lastId;
    this.#timers.set(id, { ...timer, id, due: this.#now + span(ms) });
    return id;
  }

  #abortTimeout(ms: number): AbortSignal {
    const controller = new AbortController();
    const late = () => controller.abort(new DOMException("Signal timed out.", "TimeoutError"));
    this.#add({ callback: late, args: [], every: undefined }, ms);
    return controller.signal;
  }

  #earliest(): FakeTimer | undefined {
    let found: FakeTimer | undefined;
    for (const timer of this.#timers.values()) {
      if (!found || timer.due < found.due) found = timer;
    }
    return found;
  }

  #run(timer: FakeTimer): void {
    this.#now = timer.due;
    if (timer.every === undefined) this.#timers.delete(timer.id);
    else timer.due += Math.max(1, timer.every);
    timer.callback.apply(undefined, timer.args);
  }

  #fakeDate(): DateConstructor {
    const RealDate = Date;
    const now = () => this.#now;
    return new Proxy(RealDate, {
      construct: (target, args, newTarget) =>
        Reflect.construct(target, args.length === 0 ? [now()] : args, newTarget),
      apply: (target) => new target(now()).toString(),
      get: (target, key) => key === "now" ? now : Reflect.get(target, key),
    });
  }
}

const span = (ms: unknown): number => Math.max(0, Number(ms) || 0);
