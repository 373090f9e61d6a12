import { parentPort } from "node:worker_threads";
import { currentRuntime } from "../subject.ts";

/** The worker's end of a bare thread. */
export interface ThreadPort {
  post(message: unknown, transfer?: readonly ArrayBuffer[]): void;
  receive(listener: (message: unknown) => void): void;
}

interface WebScope {
  postMessage(message: unknown, transfer?: ArrayBuffer[]): void;
  onmessage: ((event: MessageEvent) => void) | null;
}

/** The port to the host inside a thread that `startThread` started. */
export function threadPort(): ThreadPort {
  if (currentRuntime() === "node" && parentPort) {
    const port = parentPort;
    return {
      post: (message, transfer) => port.postMessage(message, transfer),
      receive: (listener) => void port.on("message", listener),
    };
  }
  const scope = globalThis as unknown as WebScope;
  return {
    post: (message, transfer) =>
      transfer ? scope.postMessage(message, [...transfer]) : scope.postMessage(message),
    receive: (listener) => {
      scope.onmessage = (event) => listener(event.data);
    },
  };
}
