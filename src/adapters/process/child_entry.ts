/** Runs the loop of a worker in a child process. */
import { connect, type Socket } from "node:net";
import process from "node:process";
import { setImmediate, setTimeout } from "node:timers";
import { timestamp } from "../../protocol/claims.ts";
import type { FromWorker, ToWorker } from "../../protocol/messages.ts";
import { realm } from "../../protocol/realm.ts";
import { sentError, serve } from "../../worker/serve.ts";
import { reportDeath } from "../report_death.ts";
import { CellFile, TOKEN_BYTES } from "./cell_file.ts";
import { Channel, frameParts } from "./channel.ts";
import { ChildFileClaims } from "./child_claims.ts";
import { cellsPath, socketPath } from "./meeting.ts";

/** The host may be busy between starting us and listening: so many tries, with pauses (ms). */
const TRIES = 500, PAUSE = 10;

/** Serves the host that waits in a folder. */
export function serveChild(folder: string): void {
  const file = CellFile.open(cellsPath(folder));
  const claims = new ChildFileClaims(file, () => process.exit(1));
  const channel = new Channel<FromWorker, ToWorker>(
    (message) => worker.receive(message),
    (error) => {
      throw error;
    },
  );
  realm.sharesMemory = false;
  const worker = serve({
    post: (message, transfer) => channel.post(message, transfer),
    memory: () => process.memoryUsage().rss,
    yieldAfter: 10,
    yieldTurn: (resume) => setImmediate(resume),
    claims,
    guarded: true,
  });
  realm.context = () => worker.context;
  // Ctrl-C is for the host: we end when it does.
  process.on("SIGINT", () => {});
  reportDeath({
    post: (message) => channel.post(message),
    flush: () => worker.flush(),
    describe: sentError,
  });
  const leave = (): void => claims.leave([...channel.unwritten].flatMap(frameParts));
  // After the listeners of `reportDeath`.
  process.on("exit", leave);
  if ("Deno" in globalThis) addEventListener("unload", leave);
  meet(folder, (socket) => {
    const token = new Uint8Array(TOKEN_BYTES);
    file.read(token, 0);
    socket.write(token);
    socket.write(new Uint8Array(new Float64Array([timestamp()]).buffer));
    socket.on("close", () => process.exit(0));
    channel.attach(socket);
  });
}

function meet(folder: string, connected: (socket: Socket) => void, tries = TRIES): void {
  const socket = connect(socketPath(folder));
  const failed = (error: Error): void => {
    if (tries === 0) throw error;
    setTimeout(() => meet(folder, connected, tries - 1), PAUSE);
  };
  socket.once("error", failed);
  socket.once("connect", () => {
    socket.off("error", failed);
    // The close that follows is the end.
    socket.on("error", () => {});
    connected(socket);
  });
}
