import { bodies } from "../bodies.ts";
import type { Run } from "./bare_pool.ts";
import { threadPort } from "./thread_port.ts";

const port = threadPort();
port.receive((message) => {
  const replies: unknown[] = [];
  const moved: ArrayBuffer[] = [];
  for (const { body, values, move } of message as Run[]) {
    const run = bodies[body] as (value: unknown) => unknown;
    for (const value of values) replies.push(run(value));
    if (move) moved.push(...(values as Uint8Array<ArrayBuffer>[]).map((bytes) => bytes.buffer));
  }
  port.post(replies, moved.length > 0 ? moved : undefined);
});
port.post(["ready"]);
