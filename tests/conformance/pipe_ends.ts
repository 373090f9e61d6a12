/** How pipes end: by those who close, exit or are killed at one side, seen from the other. */
import process from "node:process";
import { assert, assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import { EOFError, InvalidStateError, Pipe, type Pool, ProcessError, waitReady } from "@pool/core";
import {
  type Any,
  collect,
  echo,
  keep,
  receivePart,
  sendAllAndExit,
  sendBlocks,
  sendLarge,
  waitFor,
} from "../tasks/pipes.ts";
import type { Backend } from "./backend.ts";
import { it, within } from "./bounded.ts";
import { suite, type SuiteBackend } from "./leaks.ts";
import { passTime } from "./pool_scene.ts";
import { rejection } from "./rejection.ts";

const ROUNDS = 20;
/** What somebody's end leads to is seen in this time (ms). */
const SOON = 5000;

export function pipeEndsSuite(backend: Backend): void {
  suite("ends of pipes", backend, (b) => {
    const pool = b.sharedPool({ workers: 2 });
    closeTests(pool);
    exitTests(pool);
    killTests(b);
    brokenTests(b, pool);
    middleTests(b, pool);
  });
}

/** Fails unless the end comes soon. */
async function assertAtEnd(end: Any): Promise<void> {
  await within(SOON, () => assertRejects(() => end.recv(), EOFError), "the end");
  assertEquals(await end.poll(), true);
  assertEquals(await waitReady([end]), [end]);
  await assertRejects(() => end.recvBytes(), EOFError);
}

function closeTests(pool: () => Pool): void {
  it("what was sent before close() comes, and then the end, 20 times over", async () => {
    for (let round = 0; round < ROUNDS; round++) {
      const [ours, theirs] = Pipe();
      const done = pool().apply(sendBlocks, [theirs, 1, 3, 1000 * round]);
      const all: unknown[] = [];
      for await (const value of ours) all.push(value);
      assertEquals(all.length, 3);
      await assertAtEnd(ours);
      await done;
    }
  });

  it("the end comes to who waits for it", async () => {
    const [ours, theirs] = Pipe(), [back, there] = Pipe();
    const done = pool().apply(collect, [there]);
    setTimeout(() => void theirs.close(), 50);
    await assertAtEnd(ours);
    setTimeout(() => void back.close(), 50);
    assertEquals(await done, []);
  });

  it("it comes when the last of several handles is closed", async () => {
    const [ours, theirs] = Pipe();
    const more = [await theirs.duplicate(), await theirs.duplicate()];
    const done = pool().apply(sendBlocks, [more[0]!, 0, 0, 0]);
    await theirs.close();
    await done;
    assertEquals(await ours.poll({ timeout: 50 }), false);
    await more[1]!.send("last");
    await more[1]!.close();
    assertEquals(await ours.recv(), "last");
    await assertAtEnd(ours);
  });

  it("calls that wait reject when their own handle is closed", async () => {
    const [ours, theirs] = Pipe();
    const other = await ours.duplicate();
    const waiting = [ours.recv(), ours.recvBytes(), ours.poll({ timeout: 10_000 })];
    const sending = ours.sendBytes(new Uint8Array(1_000_000));
    const results = Promise.all([...waiting, sending].map(rejection));
    await ours.close();
    for (const error of await within(SOON, () => results)) {
      assertInstanceOf(error, InvalidStateError);
    }
    await theirs.send("for the other handle");
    assertEquals(await other.recv(), "for the other handle");
    const sent = other.sendBytes(new Uint8Array(5)).then(() => other.send("whole"));
    assertEquals((await theirs.recvBytes()).length, 5);
    assertEquals(await theirs.recv(), "whole");
    await sent;
  });

  it("a message that follows an unfinished one of another kind is not lost", async () => {
    const [ours, theirs] = Pipe();
    const other = await ours.duplicate();
    const sending = rejection(ours.sendBytes(new Uint8Array(1_000_000)));
    await ours.close();
    await sending;
    const sent = other.send("whole");
    const received = theirs.recvBytes();
    await assertRejects(() => received, InvalidStateError, "use recv");
    assertEquals(await theirs.poll(), true);
    await assertRejects(() => theirs.recvBytes(), InvalidStateError, "use recv");
    assertEquals(await theirs.recv(), "whole");
    assertEquals(await theirs.poll(), false);
    await sent;
  });

  it("closing again is harmless, and using is an error that says why", async () => {
    const [ours] = Pipe();
    await ours.close();
    await ours.close();
    ours[Symbol.dispose]();
    assertEquals(ours.closed, true);
    const calls = [
      () => ours.send(1),
      () => ours.recv(),
      () => ours.poll(),
      () => ours.sendBytes(new Uint8Array(1)),
      () => ours.recvBytes(),
      () => ours.recvBytesInto(new Uint8Array(1)),
      () => ours.duplicate(),
      () => waitReady([ours]),
    ];
    for (const call of calls) {
      await assertRejects(call, InvalidStateError, "the connection is closed");
    }
  });

  it("using closes at the end of the block", async () => {
    const [ours, theirs] = Pipe();
    {
      using _ours = ours;
      await using _theirs = theirs;
    }
    assertEquals([ours.closed, theirs.closed], [true, true]);
  });
}

function exitTests(pool: () => Pool): void {
  it("what was sent before an exit comes, and then the end, 20 times over", async () => {
    for (let round = 0; round < ROUNDS; round++) {
      const [ours, theirs] = Pipe();
      const values = [round, "x".repeat(1000 * round), { round }];
      const death = rejection(pool().apply(sendAllAndExit, [theirs, values]));
      for (const value of values) assertEquals(await ours.recv(), value);
      await assertAtEnd(ours);
      await death;
    }
  }, 60_000);
}

function killTests({ createPool, traits }: SuiteBackend): void {
  it("the end comes when its last holder is killed, 20 times over", async () => {
    await using pool = createPool({ workers: 2, grace: 0 });
    for (let round = 0; round < ROUNDS; round++) {
      const [ours, theirs] = Pipe();
      const kill = new AbortController();
      const task = round % 2 ? keep : waitFor;
      const death = rejection(pool.apply(task, [theirs], { signal: kill.signal }));
      const pid = await ours.recv() as number;
      const waiting = assertAtEnd(ours);
      if (traits.sharedMemory || round % 4 < 2) kill.abort(new Error("no longer needed"));
      else process.kill(pid, "SIGKILL");
      await waiting;
      await death;
    }
  }, 60_000);
}

function brokenTests({ createPool }: SuiteBackend, pool: () => Pool): void {
  it("send() rejects when nobody is left who could receive", async () => {
    const [ours, theirs] = Pipe();
    await theirs.close();
    await assertRejects(() => ours.send(1), ProcessError, "the pipe is broken");
    await assertRejects(() => ours.sendBytes(new Uint8Array(5)), ProcessError, "broken");
    const [here, there] = Pipe();
    const reply = pool().apply(echo, [there]);
    await here.close();
    assertEquals(await reply, 0);
  });

  it("so does one that waits for room", async () => {
    await using mortals = createPool({ workers: 1, grace: 0 });
    const [ours, theirs] = Pipe();
    const kill = new AbortController();
    const death = rejection(mortals.apply(keep, [theirs], { signal: kill.signal }));
    await ours.recv();
    const sending = rejection(ours.sendBytes(new Uint8Array(1_000_000)));
    setTimeout(() => kill.abort(new Error("no longer needed")), 50);
    assertInstanceOf(await within(SOON, () => sending), ProcessError);
    await death;
  });
}

function middleTests({ createPool }: SuiteBackend, pool: () => Pool): void {
  it(
    "a sender that is killed in the middle of a message takes it along, and nothing else",
    async () => {
      await using mortals = createPool({ workers: 1, grace: 0 });
      for (let round = 0; round < 5; round++) {
        const [ours, theirs] = Pipe(), [ready, say] = Pipe();
        const other = await theirs.duplicate();
        const kill = new AbortController();
        const args: [Any, Any, number] = [say, theirs, 5_000_000];
        const death = mortals.apply(sendLarge, args, { signal: kill.signal }).catch(() => {});
        await ready.recv();
        assertEquals(await ours.poll({ timeout: SOON }), true);
        const received = ours.recvBytes();
        if (round % 2) await passTime(1);
        kill.abort(new Error("no longer needed"));
        await death;
        const sending = other.sendBytes(new Uint8Array(300_000).fill(5));
        const first = await within(SOON, () => received);
        const next = first.length === 5_000_000 ? await ours.recvBytes() : first;
        assertEquals([next.length, next[299_999]], [300_000, 5]);
        await sending;
        await other.close();
        await assertAtEnd(ours);
      }
    },
    60_000,
  );

  it("so does a receiver", async () => {
    await using mortals = createPool({ workers: 1, grace: 0 });
    for (let round = 0; round < 5; round++) {
      const [ours, theirs] = Pipe(), [ready, say] = Pipe();
      const other = await theirs.duplicate();
      const kill = new AbortController();
      const args: [Any, Any] = [say, theirs];
      const death = mortals.apply(receivePart, args, { signal: kill.signal }).catch(() => {});
      await ready.recv();
      const sending = ours.send(new Uint8Array(5_000_000));
      if (round % 2) await passTime(1);
      kill.abort(new Error("no longer needed"));
      await death;
      const later = ours.send("next");
      const received = pool().apply(collect, [other]);
      await within(SOON, () => Promise.all([sending, later]));
      await ours.close();
      const all = await received;
      assert(all.length <= 2);
      assertEquals(all.at(-1), "next");
    }
  }, 60_000);
}
