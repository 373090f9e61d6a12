import { assert, assertEquals } from "@std/assert";
import { describe, it } from "node:test";
import { setImmediate } from "node:timers";
import { type FromWorker, JobMode, Outcome, writeJob } from "../../src/protocol/messages.ts";
import { FunctionTable } from "../../src/worker/task_lookup.ts";
import { RunLoop } from "../../src/worker/run_loop.ts";

/** A loop without a worker around it, whose only function has this source. */
class Loop {
  readonly loop: RunLoop;
  readonly #posted: FromWorker[] = [];
  turns = 0;

  constructor(source: string) {
    this.loop = new RunLoop(
      {
        post: (message) => void this.#posted.push(message),
        yieldAfter: 5,
        yieldTurn: (resume) => {
          this.turns++;
          setImmediate(resume);
        },
        guarded: false,
      },
      new FunctionTable(false),
      { workerId: 1, claims: undefined, reportMemory: false, slots: undefined },
    );
    const reference = { kind: "source", name: "", source } as const;
    this.loop.receive({ type: "run", define: [{ id: 0, reference }], jobs: [] });
  }

  /** Sends jobs, numbered from 1, that take turns in so many cells. */
  send(count: number, cells: number): void {
    const jobs: unknown[] = [];
    for (let jobId = 1; jobId <= count; jobId++) {
      const common = { functionId: 0, mode: JobMode.call, marked: false, risky: false };
      writeJob(jobs, { ...common, cell: jobId % cells, jobId, args: [jobId] });
    }
    this.loop.receive({ type: "run", define: [], jobs });
    this.loop.attend();
  }

  /** The replies so far, flat. */
  get replies(): unknown[] {
    return this.#posted.flatMap((message) => message.type === "done" ? message.replies : []);
  }

  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await new Promise((resolve) => setImmediate(resolve));
  }
}

describe("RunLoop", () => {
  it("abort() leaves a job alone that has the cell of the one that was meant", async () => {
    const made = new Loop("async () => { await new Promise((r) => setTimeout(r, 10)); return 1; }");
    made.send(2, 1);
    await made.until(() => made.loop.context?.jobId === 2);
    const { signal } = made.loop.context!;
    made.loop.abort(1, "late");
    assertEquals(signal.aborted, false);
    made.loop.abort(2, "in time");
    assertEquals(signal.reason, "in time");
    await made.until(() => made.replies.length === 6);
    assertEquals(made.replies, [0, Outcome.value, 1, 0, Outcome.value, 1]);
  });

  it("lets the event loop have its turn among tasks that are async in name only", async () => {
    const source =
      "async () => { const end = performance.now() + 1; while (performance.now() < end); }";
    const made = new Loop(source);
    made.send(50, 50);
    await made.until(() => made.replies.length === 150);
    assert(made.turns >= 5, `${made.turns} turns in 50 ms`);
  });
});
