import { describe, it } from "node:test";
import { assertEquals } from "@std/assert";
import {
  JobMode,
  type JobRecord,
  Outcome,
  readJobs,
  readReplies,
  writeJob,
  writeReply,
} from "../../src/protocol/messages.ts";

function job(record: Partial<JobRecord>): JobRecord {
  const plain = { cell: 0, jobId: 1, functionId: 0, mode: JobMode.call };
  return { ...plain, marked: false, risky: false, args: [], ...record };
}

const JOBS: readonly JobRecord[] = [
  job({}),
  job({ cell: 1023, jobId: 2 ** 40, functionId: 7, args: [undefined, null, [1], 5] }),
  job({ mode: JobMode.map, marked: true, args: [1, 2, 3] }),
  job({ mode: JobMode.starmap, risky: true, args: [[1, 2], []] }),
  job({ mode: JobMode.stream, marked: true, risky: true, args: [{ a: 1 }] }),
];

describe("messages", () => {
  it("readJobs() gives what writeJob() wrote, in order, also after a clone", () => {
    const flat: unknown[] = [];
    for (const record of JOBS) writeJob(flat, record);
    const read: JobRecord[] = [];
    readJobs(structuredClone(flat), (record) => read.push(record));
    assertEquals(read, [...JOBS]);
  });

  it("readJobs() gives every job arguments of its own", () => {
    const flat: unknown[] = [];
    writeJob(flat, job({ args: [1] }));
    readJobs(flat, ({ args }) => (args as unknown[]).push("more"));
    readJobs(flat, ({ args }) => assertEquals(args, [1]));
  });

  it("readReplies() gives what writeReply() wrote, in order", () => {
    const replies: [number, Outcome, unknown][] = [
      [0, Outcome.value, undefined],
      [1023, Outcome.error, { a: 1 }],
      [5, Outcome.skipped, undefined],
      [6, Outcome.mixed, { values: [1], failed: [] }],
      [7, Outcome.markedValue, [0, 1, 2]],
    ];
    const flat: unknown[] = [];
    for (const [cell, outcome, payload] of replies) writeReply(flat, cell, outcome, payload);
    const read: typeof replies = [];
    readReplies(flat, (...reply) => read.push(reply));
    assertEquals(read, replies);
  });

  it("readJobs() and readReplies() take empty messages", () => {
    readJobs([], () => {
      throw new Error("no job");
    });
    readReplies([], () => {
      throw new Error("no reply");
    });
  });
});
