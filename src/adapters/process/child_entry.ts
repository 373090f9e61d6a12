/** Runs the loop of a worker in a child process. */
import process from "node:process";
import { setImmediate, setTimeout } from "node:timers";
import { timestamp } from "../../protocol/claims.ts";
import { frameParts } from "../../protocol/frames.ts";
import type { FromWorker, ToWorker } from "../../protocol/messages.ts";
import { realm } from "../../protocol/realm.ts";
import { sentError, serve } from "../../worker/serve.ts";
import { loadRevivers } from "../load_revivers.ts";
import { reportDeath } from "../report_death.ts";
import { CAPTURED, CellFile, TOKEN_BYTES } from "./cell_file.ts";
import { Channel } from "./channel.ts";
import { ChildFileClaims } from "./child_claims.ts";
import { connectTo, type LocalSocket } from "./local_socket.ts";
import { MarkingClaims } from "./marking_claims.ts";
import { cellsPath, removeFolder, socketPath } from "./meeting.ts";
import { ParcelReader, ParcelWriter } from "./parcels.ts";

/** The host listens before it starts us, and may be too busy to take us in: so many tries, with pauses (ms). */
const TRIES = 500, PAUSE = 10;

/** So many where nobody listens: the thread that has started us has ended, and its process goes on. */
const LAST_TRIES = 25;

/** Serves the process `host` that waits in a folder. */
export function serveChild(folder: string, host: number): void {
  const file = CellFile.open(cellsPath(folder));
  const token = new Uint8Array(TOKEN_BYTES);
  file.read(token, 0);
  const claims = new ChildFileClaims(file, () => process.exit(1));
  const descriptors = capturedDescriptors(file);
  const parcels = {
    out: new ParcelWriter(file, "fromChild"),
    in: new ParcelReader(file, "fromHost"),
  };
  const channel = new Channel<FromWorker, ToWorker>(parcels, {
    receive: (message) => worker.receive(message),
    failed: (error) => {
      throw error;
    },
  });
  realm.sharesMemory = false;
  const worker = serve({
    post: (message, transfer) => channel.post(message, transfer),
    posted: () => channel.written(),
    memory: () => process.memoryUsage().rss,
    yieldAfter: 10,
    yieldTurn: (resume) => setImmediate(resume),
    claims: descriptors.length > 0 ? new MarkingClaims(claims, token, descriptors) : claims,
    loadRevivers,
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
  const leave = (): void => {
    const said = claims.leave([...channel.unwritten].flatMap((frame) => frameParts(frame)));
    if (said && channel.written()) leaveForGood();
  };
  // After the listeners of `reportDeath`.
  process.on("exit", leave);
  if ("Deno" in globalThis) addEventListener("unload", leave);
  meet({ folder, host, tries: TRIES }, (socket) => {
    socket.write(token);
    socket.write(new Uint8Array(new Float64Array([timestamp()]).buffer));
    socket.on("close", () => {
      // Where the host ended before it saw us.
      removeFolder(folder);
      process.exit(0);
    });
    channel.attach(socket);
  });
}

/**
 * Node's exit joins V8's threads, of which one may wait for ever for a collection by the thread that is at
 * its end (https://github.com/nodejs/node/issues/54918): with 30 MB of results on their way, each of ten runs
 * had such a child among its first 31. The host has our last words, and in them the exit code. Listeners of
 * "exit" have run.
 */
function leaveForGood(): void {
  if ("Deno" in globalThis || "Bun" in globalThis) return;
  Object.assign(process, { reallyExit: () => process.kill(process.pid, "SIGKILL") });
}

/** The host has said it before it started us. */
function capturedDescriptors(file: CellFile): number[] {
  const flags = new Uint8Array(2);
  file.read(flags, CAPTURED);
  return [1, 2].filter((descriptor) => flags[descriptor - 1] === 1);
}

interface Way {
  readonly folder: string;
  readonly host: number;
  readonly tries: number;
}

function meet({ folder, host, tries }: Way, connected: (socket: LocalSocket) => void): void {
  const failed = (error: unknown): void => {
    if (tries <= 0 || isGone(host)) {
      // A host that ended in the meantime cannot do it.
      removeFolder(folder);
      process.exit(1);
    }
    const { code } = error as { readonly code?: unknown };
    const isOver = code === "ENOENT" || code === "ECONNREFUSED";
    const left = tries - (isOver ? TRIES / LAST_TRIES : 1);
    setTimeout(() => meet({ folder, host, tries: left }, connected), PAUSE);
  };
  connectTo(socketPath(folder), (socket) => {
    // The close that follows is the end.
    socket.on("error", () => {});
    connected(socket);
  }, failed);
}

function isGone(host: number): boolean {
  // An orphan has another parent; but Deno remembers the first one.
  if (process.ppid !== host) return true;
  try {
    process.kill(host, 0);
    return false;
  } catch (error) {
    // Under Deno's permissions it may be all that can be known.
    return (error as { readonly code?: unknown }).code === "ESRCH";
  }
}
