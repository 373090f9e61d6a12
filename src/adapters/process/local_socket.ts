/**
 * Streams between processes of one machine: sockets of the file system, on Windows named pipes.
 *
 * On Deno its own ones, not those of `node:net`: these close the descriptor of a socket twice (Deno 2.9), and
 * what another thread has opened in between, under the same number, with it.
 */
import type { Duplex } from "node:stream";
import process from "node:process";
import { net } from "../builtins.ts";
import { connectOnDeno, listenOnDeno } from "./deno_socket.ts";

/** One end of a stream. */
export interface LocalSocket extends Duplex {
  /** Lets the program end while it is open. */
  unref(): unknown;
}

/** Waits for those who connect; does not keep the program running. */
export interface LocalServer {
  /** Nobody else can connect. */
  close(): unknown;
}

/** Deno has no named pipes of its own. */
const isNative = "Deno" in globalThis && process.platform !== "win32";

/** Waits at a path; throws, or calls `failed`, where that cannot be. */
export function listenAt(
  path: string,
  connected: (socket: LocalSocket) => void,
  failed: (error: Error) => void,
): LocalServer {
  if (isNative) return listenOnDeno(path, connected, failed);
  const server = net().createServer(connected);
  server.on("error", failed);
  server.listen(path);
  return server.unref();
}

/** Connects to a path; one of both is called, once. */
export function connectTo(
  path: string,
  connected: (socket: LocalSocket) => void,
  failed: (error: unknown) => void,
): void {
  if (isNative) return connectOnDeno(path, connected, failed);
  const socket = net().connect(path);
  socket.once("error", failed);
  socket.once("connect", () => {
    socket.off("error", failed);
    connected(socket);
  });
}
