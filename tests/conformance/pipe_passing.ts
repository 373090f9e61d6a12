/** Ends of pipes that are passed on: to tasks and back, through each other, and to nobody. */
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  Connection,
  EOFError,
  Full,
  InvalidStateError,
  MaybeEncodingError,
  Pipe,
  type Pool,
  Process,
  ProcessError,
  Queue,
  SimpleQueue,
  Thread,
} from "@pool/core";
import {
  type Any,
  canUse,
  echo,
  echoAtQueued,
  echoAtReceived,
  giveBack,
  keep,
  pause,
  sendAway,
  sendBlocks,
} from "../tasks/pipes.ts";
import { echoWithin, makeEcho, makePipe, putFull, sendEnd } from "../tasks/pipes_made.ts";
import type { Backend } from "./backend.ts";
import { it, within } from "./bounded.ts";
import { suite, type SuiteBackend } from "./leaks.ts";
import { rejection } from "./rejection.ts";

/** What somebody's end leads to is seen in this time (ms). */
const SOON = 5000;

export function pipePassingSuite(backend: Backend): void {
  suite("ends of pipes that are passed on", backend, (b) => {
    const pool = b.sharedPool({ workers: 2 });
    moveTests(pool);
    throughTests(pool);
    lostTests(b, pool);
    makerTests(b);
    inputTests();
  });
}

/** Fails unless the other side echoes, and ends when this one does. */
async function assertEchoes(end: Any): Promise<void> {
  for (const value of [1, { two: [2] }, "three"]) {
    await end.send(value);
    assertEquals(await within(SOON, () => end.recv()), value);
  }
  await end.close();
}

function moveTests(pool: () => Pool): void {
  it("an end that is passed on is closed here", async () => {
    const [ours, theirs] = Pipe();
    const done = pool().apply(echo, [theirs]);
    assertEquals(theirs.closed, true);
    await assertRejects(() => theirs.send(1), InvalidStateError, "the connection was passed on");
    await theirs.close();
    const fault = await rejection(pool().apply(echo, [theirs]));
    assertEquals([fault.name, fault.path], ["MaybeEncodingError", "args[0]"]);
    await assertEchoes(ours);
    assertEquals(await done, 3);
  });

  it("it comes back as a new handle, 20 times over", async () => {
    const [ours, first] = Pipe();
    let end: Any = first;
    for (let round = 0; round < 20; round++) {
      end = await pool().apply(giveBack, [end]);
      assert(end instanceof Connection);
      await end.send(round);
      assertEquals(await ours.recv(), round);
    }
    await end.close();
    await assertRejects(() => ours.recv(), EOFError);
  });

  it("it is handed on to workers within workers", async () => {
    for (const kinds of [["thread"], ["process"], ["process", "thread"]] as const) {
      const [ours, theirs] = Pipe();
      const done = pool().apply(echoWithin, [kinds, theirs]);
      await assertEchoes(ours);
      assertEquals(await done, 3);
    }
  });

  it("both ends are used by workers, and the maker is not needed to look", async () => {
    const [a, b] = Pipe();
    const done = pool().apply(echo, [a]);
    const [ours, theirs] = Pipe();
    const forwarded = pool().apply(sendBlocks, [theirs, 3, 2, 10]);
    assertEquals((await ours.recv() as { mark: number }).mark, 3);
    await assertEchoes(b);
    await Promise.all([done, forwarded]);
  });

  it("what a worker has made is used here and by others", async () => {
    const [a, b] = await pool().apply(makePipe, []);
    const done = pool().apply(echo, [b]);
    await assertEchoes(a);
    assertEquals(await done, 3);
    await assertEchoes(await pool().apply(makeEcho, []));
  });
}

function throughTests(pool: () => Pool): void {
  it("an end goes through another pipe", async () => {
    const [ours, theirs] = Pipe(), [a, b] = Pipe();
    const done = pool().apply(echoAtReceived, [theirs]);
    await ours.send(b);
    assertEquals(b.closed, true);
    await assertEchoes(a);
    assertEquals(await done, 3);
  });

  it("it goes through a queue", async () => {
    const queue = new SimpleQueue<Any>(), [a, b] = Pipe();
    const done = pool().apply(echoAtQueued, [queue]);
    await queue.put(b);
    await assertEchoes(a);
    assertEquals(await done, 3);
    await queue.close();
  });

  it("one that a worker has made goes through a pipe, inside of a value", async () => {
    const [ours, theirs] = Pipe();
    const done = pool().apply(sendEnd, [theirs]);
    const { theirs: end } = await ours.recv() as { theirs: Any };
    await assertEchoes(end);
    assertEquals(await done, 3);
  });

  it("one that could not be sent stays open", async () => {
    const [ours, theirs] = Pipe(), [a, b] = Pipe();
    await assertRejects(() => ours.send([b, () => {}]), MaybeEncodingError);
    assertEquals(b.closed, false);
    await theirs.close();
    await assertRejects(() => ours.send({ b }), ProcessError, "broken");
    assertEquals(b.closed, false);
    await b.send("still here");
    assertEquals(await a.recv(), "still here");
  });

  it("one that did not get into a full queue stays open", async () => {
    const queue = new Queue<unknown>(1), [a, b] = Pipe();
    await queue.put("first");
    await assertRejects(() => queue.put({ b }, { timeout: 0 }), Full);
    await assertRejects(() => queue.put([b], { timeout: 10 }), Full);
    assertThrows(() => queue.putSync(b, { timeout: 10 }), Full);
    assertEquals(await pool().apply(putFull, [queue]), false);
    assertEquals(b.closed, false);
    await b.send("still here");
    assertEquals(await a.recv(), "still here");
  });

  it("one that is in use is refused", async () => {
    const [ours, theirs] = Pipe();
    const received = ours.recv();
    const fault = await rejection(pool().apply(echo, [ours]));
    assertEquals([fault.name, fault.path], ["MaybeEncodingError", "args[0]"]);
    await theirs.send("here");
    assertEquals(await received, "here");
  });
}

function lostTests({ createPool, traits }: SuiteBackend, pool: () => Pool): void {
  it("what a job would have received ends when that is cancelled before its start", async () => {
    await using busy = createPool(1);
    const blocked = busy.apply(pause, [300]);
    const [ours, theirs] = Pipe();
    const cancel = new AbortController();
    const never = rejection(busy.apply(echo, [theirs], { signal: cancel.signal }));
    cancel.abort(new Error("no longer needed"));
    await never;
    await within(SOON, () => assertRejects(() => ours.recv(), EOFError));
    await blocked;
  });

  it("so does what waits in a pool that is terminated", async () => {
    await using busy = createPool(1);
    const blocked = rejection(busy.apply(keep, [Pipe()[1]]));
    const [ours, theirs] = Pipe();
    const never = rejection(busy.apply(echo, [theirs]));
    busy.terminate();
    await Promise.all([never, blocked]);
    await within(SOON, () => assertRejects(() => ours.recv(), EOFError));
  });

  it("what was passed to a process or thread ends with it, whether it came there or not", async () => {
    const Kind = traits.sharedMemory ? Thread : Process;
    for (const pauseMs of [0, 200]) {
      const [ours, theirs] = Pipe();
      const one = new Kind({ target: keep, args: [theirs] });
      one.start();
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
      one.terminate();
      await one.join();
      const all: unknown[] = [];
      await within(SOON, async () => {
        for await (const value of ours) all.push(value);
      });
      assert(all.length <= 1);
    }
  });

  it("what waits in a pipe ends when nobody is left who could read it", async () => {
    for (const close of ["close", "kill"]) {
      const [ours, theirs] = Pipe(), [a, b] = Pipe(), [c, d] = Pipe(), [e, f] = Pipe();
      const maker = createPool(1);
      const reader = close === "kill" ? rejection(maker.apply(keep, [theirs])) : undefined;
      if (reader) await within(SOON, () => ours.recv());
      await ours.send({ list: [b] });
      ours.sendSync(f);
      // Within what will not be read either.
      await a.send(d);
      assertEquals([await a.poll(), await c.poll(), await e.poll()], [false, false, false]);
      if (reader) maker.terminate();
      else await theirs.close();
      for (const end of [a, c, e]) {
        await within(SOON, () => assertRejects(() => end.recv(), EOFError), "the end");
      }
      await reader;
      maker.terminate();
      await maker.join();
    }
  });

  it("what was read of it stays", async () => {
    const [ours, theirs] = Pipe(), [a, b] = Pipe();
    await ours.send(b);
    const end = await theirs.recv() as Any;
    await theirs.close();
    // Longer than it takes to see that nobody reads.
    await new Promise((resolve) => setTimeout(resolve, 250));
    await end.send("still here");
    assertEquals(await a.recv(), "still here");
  });

  it("of two that receive the same end one gets it, and the other an error", async () => {
    const [ours, theirs] = Pipe();
    await using both = createPool({
      workers: 2,
      initializer: (mine: Any) => void Object.assign(globalThis, { mine }),
      initargs: [theirs],
    });
    const answers = await both.broadcast(async () => {
      const { mine } = globalThis as unknown as { mine: Any };
      try {
        await mine.send("mine");
        return "sent";
      } catch (error) {
        return `${error}`;
      }
    }, []);
    assertEquals(await ours.recv(), "mine");
    const refused = answers.find((answer) => answer !== "sent")!;
    assert(/^InvalidStateError: .*another worker has received it/.test(refused), refused);
    assertEquals(answers.filter((answer) => answer === "sent").length, 1);
  });

  it("what a dead sender had passed on cannot be used after others saw the end", async () => {
    const [ours, theirs] = Pipe(), [way, there] = Pipe();
    const maker = createPool(1);
    const sent = maker.apply(sendAway, [theirs, there]);
    await sent;
    maker.terminate();
    await maker.join();
    await within(SOON, () => assertRejects(() => ours.recv(), EOFError));
    const end = await way.recv().catch(() => undefined) as Any | undefined;
    if (end) assertEquals(await pool().apply(canUse, [end]).catch(() => false), false);
  });
}

function makerTests({ createPool, traits }: SuiteBackend): void {
  if (traits.sharedMemory) return;
  it("calls reject when the process that made the pipe has ended", async () => {
    const makers = createPool(1);
    const [a, b] = await makers.apply(makePipe, []);
    const waiting = rejection(a.recv());
    makers.terminate();
    await makers.join();
    assertEquals((await within(SOON, () => waiting)).name, "ProcessError");
    await assertRejects(() => b.send(1), ProcessError);
    await a.close();
    await b.close();
  });
}

function inputTests(): void {
  it("an end that only receives, or only sends, says so", async () => {
    // Whose types do not say it.
    const [receiver, sender]: readonly Any[] = Pipe({ duplex: false });
    assert(receiver && sender);
    const can = [receiver, sender].map((end) => [end.readable, end.writable]);
    assertEquals(can, [[true, false], [false, true]]);
    await assertRejects(() => receiver.send(1), InvalidStateError, "only receives");
    await assertRejects(() => receiver.sendBytes(new Uint8Array(1)), InvalidStateError);
    await assertRejects(() => sender.recv(), InvalidStateError, "only sends");
    await assertRejects(() => sender.poll(), InvalidStateError, "only sends");
    await sender.send(1);
    assertEquals(await receiver.recv(), 1);
  });

  it("bad input is refused at the call that brings it", async () => {
    const [ours, theirs] = Pipe();
    const ten = new Uint8Array(10);
    const outOfRange: (() => Promise<unknown>)[] = [
      () => ours.sendBytes(ten, { offset: 11 }),
      () => ours.sendBytes(ten, { offset: -1 }),
      () => ours.sendBytes(ten, { size: -1 }),
      () => ours.sendBytes(ten, { offset: 5, size: 6 }),
      () => ours.sendBytes(ten, { size: 1.5 }),
      () => ours.sendBytes(ten, { size: NaN }),
      () => ours.recvBytes({ maxLength: -1 }),
      () => ours.recvBytesInto(ten, { offset: 11 }),
      () => ours.recvBytesInto(ten, { offset: -1 }),
      () => ours.poll({ timeout: NaN }),
    ];
    for (const call of outOfRange) await assertRejects(call, RangeError);
    const wrong: (() => Promise<unknown>)[] = [
      () => ours.sendBytes("text" as never),
      () => ours.sendBytes([1, 2] as never),
      () => ours.sendBytes(ten, { offset: "1" as never }),
      () => ours.sendBytes(ten, { length: 1 } as never),
      () => ours.sendBytes(ten, 5 as never),
      () => ours.recvBytes(5 as never),
      () => ours.recvBytesInto("text" as never),
      () => ours.poll(5 as never),
      () => ours.poll({ timeout: "1" as never }),
    ];
    for (const call of wrong) await assertRejects(call, TypeError);
    assertThrows(() => Pipe(false as never), TypeError);
    assertThrows(() => Pipe({ duplex: 1 as never }), TypeError);
    assertThrows(() => JSON.stringify({ ours }), TypeError, "Cannot turn Connection into JSON");
    assertEquals(await theirs.poll(), false);
  });

  it("an end has 64 handles at most", async () => {
    const [ours, theirs] = Pipe();
    const more = await Promise.all(Array.from({ length: 63 }, () => ours.duplicate()));
    await assertRejects(() => ours.duplicate(), RangeError, "64 handles");
    await more[5]!.close();
    await (await ours.duplicate()).send("by the last one");
    assertEquals(await theirs.recv(), "by the last one");
  });
}
