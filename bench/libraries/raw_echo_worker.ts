import { threadPort } from "./thread_port.ts";

/** Wraps bytes that are to be moved back instead of copied. */
export interface Move {
  readonly move: Uint8Array<ArrayBuffer>;
}

const port = threadPort();
port.receive((message) => {
  const moving = typeof message === "object" && message !== null && "move" in message;
  port.post(message, moving ? [(message as Move).move.buffer] : undefined);
});
port.post("ready");
