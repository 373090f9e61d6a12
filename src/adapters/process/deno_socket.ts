/** Deno's own sockets of the file system, as streams of Node. */
import { queueMicrotask } from "../../protocol/timers.ts";
import { stream } from "../builtins.ts";
import { joinSmall } from "./bytes.ts";
import type { LocalServer, LocalSocket } from "./local_socket.ts";

interface Connection {
  read(into: Uint8Array): Promise<number | null>;
  write(bytes: Uint8Array): Promise<number>;
  closeWrite(): Promise<void>;
  close(): void;
  unref(): void;
}

interface Listener {
  accept(): Promise<Connection>;
  close(): void;
  unref(): void;
}

interface Place {
  readonly transport: "unix";
  readonly path: string;
}

interface Network {
  listen(place: Place): Listener;
  connect(place: Place): Promise<Connection>;
}

/** Bytes that are read at a time. */
const READ = 64 * 1024;
/** Pieces that wait together are written as one up to this size (bytes). */
const JOINED = 64 * 1024;

/** As {@linkcode listenAt}: throws without permission, and tells everything else later. */
export function listenOnDeno(
  path: string,
  connected: (socket: LocalSocket) => void,
  failed: (error: Error) => void,
): LocalServer {
  let listener: Listener;
  try {
    listener = network().listen({ transport: "unix", path });
  } catch (error) {
    if ((error as Error).name === "NotCapable") throw error;
    queueMicrotask(() => failed(error as Error));
    return { close() {} };
  }
  listener.unref();
  let open = true;
  const accept = (): void => {
    listener.accept().then((connection) => {
      connected(toStream(connection));
      accept();
    }, (error) => {
      if (open) failed(error);
    });
  };
  accept();
  return {
    close: () => {
      open = false;
      listener.close();
    },
  };
}

/** As {@linkcode connectTo}. */
export function connectOnDeno(
  path: string,
  connected: (socket: LocalSocket) => void,
  failed: (error: unknown) => void,
): void {
  network().connect({ transport: "unix", path }).then(
    (connection) => connected(toStream(connection)),
    failed,
  );
}

function network(): Network {
  return (globalThis as unknown as { Deno: Network }).Deno;
}

function toStream(connection: Connection): LocalSocket {
  const { Duplex } = stream();
  const buffer = new Uint8Array(READ);
  const duplex = new Duplex({
    allowHalfOpen: false,
    read() {
      connection.read(buffer).then(
        (count) => this.push(count === null ? null : buffer.slice(0, count)),
        (error) => this.destroy(error),
      );
    },
    writev(chunks, done) {
      writeAll(connection, chunks.map(({ chunk }) => chunk as Uint8Array)).then(() => done(), done);
    },
    final(done) {
      connection.closeWrite().then(() => done(), done);
    },
    destroy(error, done) {
      connection.close();
      done(error);
    },
  });
  return Object.assign(duplex, { unref: () => connection.unref() });
}

/** Small pieces go in one system call. */
async function writeAll(connection: Connection, pieces: readonly Uint8Array[]): Promise<void> {
  for (const piece of joinSmall(pieces, JOINED)) {
    for (let sent = 0; sent < piece.length;) {
      sent += await connection.write(piece.subarray(sent));
    }
  }
}
