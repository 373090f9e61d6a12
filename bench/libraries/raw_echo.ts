import { NotApplicable, type Subject } from "../subject.ts";
import type { Move } from "./raw_echo_worker.ts";
import { startThread } from "./thread.ts";

/**
 * The bare `postMessage` round trip: one message a call, replies matched by their order alone. The
 * worker sends back what it gets, so only workloads that echo can be run on it.
 */
export async function open(workers: number): Promise<Subject> {
  const lanes = await Promise.all(Array.from({ length: workers }, startLane));
  let turn = 0;
  return {
    call: (body, value) => {
      if (body !== "noop" && body !== "echo") {
        return Promise.reject(new NotApplicable("a bare echo runs no function"));
      }
      return lanes[turn++ % workers](value);
    },
    map: () => Promise.reject(new NotApplicable("a bare echo runs no function")),
    transfer: async (bytes) => {
      const reply = await lanes[turn++ % workers]({ move: bytes }, [bytes.buffer]);
      return (reply as Move).move;
    },
    close: () => Promise.all(lanes.map((lane) => lane.end())),
  };
}

interface Lane {
  (value: unknown, transfer?: ArrayBuffer[]): Promise<unknown>;
  end(): void;
}

async function startLane(): Promise<Lane> {
  const thread = startThread(new URL("./raw_echo_worker.ts", import.meta.url));
  const waiting: ((value: unknown) => void)[] = [];
  let head = 0;
  const ready = new Promise<unknown>((resolve) => waiting.push(resolve));
  thread.receive((message) => {
    waiting[head++](message);
    if (head === waiting.length) head = waiting.length = 0;
  });
  await ready;
  const lane = (value: unknown, transfer?: ArrayBuffer[]) =>
    new Promise<unknown>((resolve) => {
      waiting.push(resolve);
      thread.post(value, transfer);
    });
  return Object.assign(lane, { end: thread.end });
}
