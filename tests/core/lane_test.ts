import { describe, it } from "node:test";
import { assert, assertEquals, assertInstanceOf, assertThrows } from "@std/assert";
import { MaybeEncodingError } from "../../src/core/errors.ts";
import type { Job } from "../../src/core/job.ts";
import { Outcome, type ToWorker } from "../../src/protocol/messages.ts";
import { beforeEachAccess } from "../slots/atomic_steps.ts";
import { known, type Lonely, makeJob, makeLane } from "./fake_lanes.ts";

const POISON = "cannot be cloned";

/** Refuses messages with a poisoned argument, as a runtime does. */
function refusePoison(message: ToWorker): void {
  if (message.type === "run" && message.jobs.includes(POISON)) throw new Error("not cloneable");
}

function give({ lane }: Lonely, count: number, cost = 0.001): Job[] {
  const fn = known(cost);
  return Array.from({ length: count }, (_, n) => {
    const job = makeJob({ fn, args: [n] });
    lane.give(job, cost);
    return job;
  });
}

/** Jobs that the lane told of as done, by outcome. */
function done({ told }: Lonely): [job: Job, outcome: Outcome, payload: unknown][] {
  return told.filter(([event]) => event === "done")
    .map(([, job, outcome, payload]) => [job as Job, outcome as Outcome, payload]);
}

describe("Lane", () => {
  it("flush() sends all jobs of a turn as one message, and defines each function once", () => {
    const lonely = makeLane();
    give(lonely, 100);
    assertEquals(lonely.told.filter(([event]) => event === "hasOutgoing").length, 1);
    assertEquals(lonely.worker.all("run").length, 0);
    lonely.lane.flush();
    const [message, ...others] = lonely.worker.all("run");
    assertEquals([others.length, message!.define.length], [0, 1]);
    assertEquals(lonely.worker.inbox.map(({ args }) => args[0]), Array.from(Array(100).keys()));
    lonely.lane.flush();
    assertEquals(lonely.worker.all("run").length, 1);
  });

  it("flush() tells of each function before its first job, and not again", () => {
    const lonely = makeLane();
    const fn = known(0.001), other = known(0.001);
    for (const next of [fn, other, fn]) {
      lonely.lane.give(makeJob({ fn: next }), 0.001);
      lonely.lane.flush();
    }
    assertEquals(
      lonely.worker.all("run").map(({ define }) => define.map(({ id }) => id)),
      [[fn.id], [other.id], []],
    );
  });

  it("accepts() one job of unknown length, and many tiny ones up to 2 ms of work", () => {
    const unknown = makeLane();
    assert(unknown.lane.accepts(makeJob(), Infinity));
    unknown.lane.give(makeJob(), Infinity);
    assert(!unknown.lane.accepts(makeJob(), Infinity));
    assert(!unknown.lane.accepts(makeJob(), 0.001));
    const tiny = makeLane();
    let count = 0;
    for (; tiny.lane.accepts(makeJob(), 0.01) && count < 1000; count++) {
      tiny.lane.give(makeJob(), 0.01);
    }
    assert(count >= 199 && count <= 201, `accepted ${count}`);
  });

  it("accepts() no more than there are cells, however small the jobs", () => {
    const lonely = makeLane();
    give(lonely, 1024, 0);
    assert(!lonely.lane.accepts(makeJob(), 0));
    assertEquals(lonely.lane.outstanding, 1024);
  });

  it("accepts() nothing while its worker has still to pass all that was taken back", () => {
    const lonely = makeLane();
    for (let i = 0; i < 1024; i++) {
      assert(lonely.lane.accepts(makeJob(), 0.001));
      assert(lonely.lane.takeBack(give(lonely, 1)[0]!));
      lonely.lane.flush();
    }
    assertEquals([lonely.lane.outstanding, lonely.lane.idle], [0, false]);
    assert(!lonely.lane.accepts(makeJob(), 0.001));
    lonely.worker.begin();
    assert(lonely.lane.idle && lonely.lane.accepts(makeJob(), 0.001));
  });

  it("accepts() one job at a time where memory is not shared", () => {
    const { lane } = makeLane({ sharedMemory: false });
    lane.give(makeJob(), 0.001);
    assert(!lane.accepts(makeJob(), 0.001));
  });

  it("accepts() nothing before it is ready and after it retired", () => {
    const starting = makeLane({ boots: false });
    assert(!starting.lane.accepts(makeJob(), 0.001));
    const { lane } = makeLane();
    lane.retire();
    assert(!lane.accepts(makeJob(), 0.001));
  });

  it("a job that moves its buffers shares its lane with no other", () => {
    const lonely = makeLane();
    const buffer = new ArrayBuffer(8);
    const job = makeJob({ transfer: [buffer] });
    lonely.lane.give(job, 0.001);
    assert(!lonely.lane.accepts(makeJob(), 0.001));
    lonely.lane.flush();
    assertEquals(lonely.worker.transfers.at(-1), [buffer]);
    lonely.worker.run();
    assert(lonely.lane.accepts(makeJob({ transfer: [buffer] }), 0.001));
    give(lonely, 1);
    assert(!lonely.lane.accepts(makeJob({ transfer: [buffer] }), 0.001));
  });

  it("replies settle their jobs and free their cells for others", () => {
    const lonely = makeLane();
    for (let round = 0; round < 5; round++) {
      const jobs = give(lonely, 300);
      lonely.lane.flush();
      while (lonely.worker.run());
      assertEquals(done(lonely).map(([job]) => job), jobs);
      assertEquals(lonely.lane.outstanding, 0);
      lonely.told.length = 0;
    }
  });

  it("a value that the runtime refuses fails only its own job", () => {
    const lonely = makeLane({ onPost: refusePoison });
    const fn = known(0.001);
    const jobs = ["a", POISON, "b", POISON, "c"].map((arg) => makeJob({ fn, args: [arg] }));
    for (const job of jobs) lonely.lane.give(job, 0.001);
    lonely.lane.flush();
    assertEquals(done(lonely).map(([job, outcome]) => [job, outcome]), [
      [jobs[1], Outcome.error],
      [jobs[3], Outcome.error],
    ]);
    assertInstanceOf(done(lonely)[0]![2], MaybeEncodingError);
    assertEquals(lonely.worker.inbox.map(({ args }) => args[0]), ["a", "b", "c"]);
    assertEquals(lonely.worker.received.flatMap((m) => m.type === "run" ? m.define : []).length, 1);
    while (lonely.worker.run());
    assertEquals(lonely.lane.outstanding, 0);
  });

  it("a refused value in a turn in which another job was taken back upsets no count", () => {
    const lonely = makeLane({ onPost: refusePoison });
    const fn = known(0.001);
    const jobs = [POISON, "a", POISON].map((arg) => makeJob({ fn, args: [arg] }));
    for (const job of jobs) lonely.lane.give(job, 0.001);
    assert(lonely.lane.takeBack(jobs[0]!));
    assert(lonely.lane.takeBack(jobs[1]!));
    lonely.lane.flush();
    assertEquals(lonely.lane.outstanding, 0);
    assertEquals(done(lonely).map(([job]) => job), [jobs[2]]);
    assertEquals(lonely.worker.begin(), undefined);
  });

  it("a refused value does not move the buffers of jobs that may be tried again", () => {
    const lonely = makeLane({ onPost: refusePoison });
    const fn = known(0.001);
    const limits = { retries: 1 };
    lonely.lane.give(makeJob({ fn, limits, transfer: [new ArrayBuffer(8)] }), 0.001);
    lonely.lane.give(makeJob({ fn, args: [POISON] }), 0.001);
    lonely.lane.flush();
    assertEquals(lonely.worker.inbox.length, 1);
    assertEquals(lonely.worker.transfers.flatMap((list) => list ?? []), []);
  });

  it("takeBack() gets a job that was not begun; its cell waits for the worker", () => {
    const lonely = makeLane();
    const [first, second] = give(lonely, 2);
    lonely.lane.flush();
    const running = lonely.worker.begin()!;
    assertEquals(lonely.lane.takeBack(first!), false);
    assertEquals(lonely.lane.takeBack(second!), true);
    assertEquals(lonely.lane.takeBack(second!), false);
    assertEquals(lonely.lane.outstanding, 1);
    const [third] = give(lonely, 1);
    assert(third!.cell !== second!.cell);
    lonely.worker.finish(running);
    lonely.worker.reply(running, Outcome.value, 1);
    lonely.lane.flush();
    assertEquals(lonely.worker.begin()!.jobId, third!.id);
    assertEquals(done(lonely).map(([job]) => job), [first]);
  });

  it("stall() takes back what can go elsewhere, and nothing comes until the next reply", () => {
    const lonely = makeLane();
    const jobs = give(lonely, 4);
    jobs[2]!.details.pinned = true;
    lonely.lane.flush();
    const running = lonely.worker.begin()!;
    assertEquals(lonely.lane.stall(), [jobs[3], jobs[1]]);
    assertEquals(lonely.lane.outstanding, 2);
    assert(!lonely.lane.accepts(makeJob(), 0.001));
    lonely.worker.finish(running);
    lonely.worker.reply(running, Outcome.value, 1);
    assert(lonely.lane.accepts(makeJob(), 0.001));
  });

  it("stall() leaves a worker that runs nothing the job it reads, and takes back the others", () => {
    const lonely = makeLane();
    const jobs = give(lonely, 3);
    lonely.lane.flush();
    assertEquals(lonely.lane.stall(), [jobs[2], jobs[1]]);
    assertEquals(lonely.lane.stall(), []);
    assertEquals(lonely.lane.outstanding, 1);
  });

  it("stall() takes back none that came before one that the worker begins meanwhile", () => {
    for (const rounds of [0, 1]) {
      const lonely = makeLane();
      // Each round turns the order of the free cells round.
      for (let round = 0; round < rounds; round++) runAll(lonely, give(lonely, 4).length);
      const jobs = give(lonely, 4);
      lonely.lane.flush();
      lonely.worker.begin();
      let accesses = 0;
      const undo = beforeEachAccess(() => {
        // At the third call that it wants back, the worker is faster.
        if (++accesses !== 3) return;
        undo();
        lonely.worker.begin();
      });
      const taken = lonely.lane.stall();
      undo();
      assertEquals(taken, [jobs[3], jobs[2]]);
    }
  });

  it("kill() tells begun jobs from waiting ones, unsent ones among them", () => {
    const lonely = makeLane();
    const jobs = give(lonely, 3);
    lonely.lane.flush();
    lonely.worker.begin();
    const [unsent] = give(lonely, 1);
    const { begun, waiting } = lonely.lane.kill();
    assertEquals(begun, [jobs[0]]);
    assertEquals(waiting, [unsent, jobs[2], jobs[1]]);
    assertEquals([lonely.lane.state, lonely.worker.terminated], ["gone", 1]);
    lonely.lane.flush();
    assertEquals(lonely.worker.inbox.length, 2);
  });

  it("kill() takes back what waits: a worker that goes on for a moment begins none of it", () => {
    const lonely = makeLane();
    const jobs = give(lonely, 3);
    lonely.lane.flush();
    lonely.worker.begin();
    lonely.lane.kill();
    for (const { cell } of jobs.slice(1)) {
      assertEquals(lonely.worker.claims!.claim(cell, 0), false);
    }
  });

  it("kill() counts a job with an unread result, and one whose buffers went, as begun", () => {
    const finished = makeLane();
    const [job] = give(finished, 1);
    finished.lane.flush();
    finished.worker.finish(finished.worker.begin()!);
    assertEquals(finished.lane.kill(), { begun: [job!], waiting: [] });
    const moved = makeLane();
    const moving = makeJob({ transfer: [new ArrayBuffer(8)] });
    moved.lane.give(moving, 0.001);
    moved.lane.flush();
    assertEquals(moved.lane.kill(), { begun: [moving], waiting: [] });
  });

  it("kill() counts sent jobs as begun where memory is not shared", () => {
    const lonely = makeLane({ sharedMemory: false });
    const [sent] = give(lonely, 1);
    lonely.lane.flush();
    assertEquals(lonely.lane.kill(), { begun: [sent!], waiting: [] });
  });

  it("retire() lets outstanding jobs finish before it says close, once", () => {
    const lonely = makeLane({ closes: false });
    give(lonely, 2);
    lonely.lane.flush();
    lonely.lane.retire();
    lonely.worker.run();
    assertEquals([lonely.lane.state, lonely.worker.all("close").length], ["retiring", 0]);
    lonely.worker.run();
    lonely.lane.retire();
    lonely.lane.retire();
    assertEquals([lonely.lane.state, lonely.worker.all("close").length], ["closing", 1]);
  });

  it("an end is told once, with the exit code that the worker gave itself", () => {
    const lonely = makeLane();
    lonely.worker.say({ type: "dying", exitCode: 7, error: null });
    lonely.worker.exit({ exitCode: 0 });
    lonely.worker.exit({ exitCode: 0 });
    const ends = lonely.told.filter(([event]) => event === "ended");
    assertEquals(ends.map(([, , end]) => end), [{ exitCode: 7, signal: null }]);
  });

  it("messages that come after it was killed reach nobody", () => {
    const lonely = makeLane({ dies: false });
    give(lonely, 1);
    lonely.lane.flush();
    lonely.lane.kill();
    lonely.told.length = 0;
    lonely.worker.run();
    lonely.worker.ready();
    assertEquals(lonely.told, []);
  });

  it("abort() follows its job's message, also in the same turn", () => {
    const lonely = makeLane({ sharedMemory: false });
    const [job] = give(lonely, 1);
    lonely.lane.abort(job!, { value: "stop", marked: false });
    assertEquals(lonely.worker.received.map(({ type }) => type), ["start", "run", "abort"]);
  });

  it("the constructor ends a worker that cannot be told how to start", () => {
    const workers: { terminated: number }[] = [];
    assertThrows(() =>
      makeLane({
        boots: false,
        onSpawn: (worker) => workers.push(worker),
        onPost: () => {
          throw new Error("not cloneable");
        },
      })
    );
    assertEquals(workers.map(({ terminated }) => terminated), [1]);
  });
});

function runAll({ lane, worker }: Lonely, count: number): void {
  lane.flush();
  for (let i = 0; i < count; i++) {
    const job = worker.begin()!;
    worker.finish(job);
    worker.reply(job, Outcome.value, i);
  }
}
