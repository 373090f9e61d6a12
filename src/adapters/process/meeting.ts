/** Where a host and its child meet: a folder of this user alone, gone as soon as they have met. */
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import process from "node:process";
import { fs } from "../builtins.ts";
import { concat } from "./bytes.ts";
import { CellFile, TOKEN_BYTES } from "./cell_file.ts";
import { listenAt, type LocalServer, type LocalSocket } from "./local_socket.ts";

/** What a child says first: the token, and the time on its clock. */
const HELLO_BYTES = TOKEN_BYTES + 8;

/** The file with the states of jobs. */
export function cellsPath(folder: string): string {
  return join(folder, "cells");
}

/** A socket of the file system, or on Windows a named pipe. */
export function socketPath(folder: string): string {
  return process.platform === "win32" ? `\\\\.\\pipe\\${basename(folder)}` : join(folder, "socket");
}

/** The temporary folder, unless sockets there have longer paths than the systems take (103 bytes). */
function socketsFolder(): string {
  const folder = tmpdir();
  const longest = 103 - "/pool-XXXXXX/socket".length;
  return process.platform !== "win32" && encodeURI(folder).length > longest ? "/tmp" : folder;
}

/** Waits for one child. */
export class Meeting {
  readonly folder: string;
  /** What proves that it is the child who comes. */
  readonly token: Uint8Array = crypto.getRandomValues(new Uint8Array(TOKEN_BYTES));
  readonly cells: CellFile;
  readonly #server: LocalServer | undefined;
  #open = true;

  /**
   * @param met takes the socket of the child and the time that its clock showed
   * @param failed nobody can come
   */
  constructor(
    met: (socket: LocalSocket, childTime: number) => void,
    failed: (error: Error) => void,
  ) {
    this.folder = fs().mkdtempSync(join(socketsFolder(), "pool-"));
    const connected = (socket: LocalSocket): void => {
      socket.unref();
      // Its close tells all.
      socket.on("error", () => {});
      readHello(socket, (hello) => {
        if (!this.#open || !startsWith(hello, this.token)) return socket.destroy();
        this.end();
        met(socket, new Float64Array(hello.slice(TOKEN_BYTES).buffer)[0]!);
      });
    };
    let cells: CellFile | undefined;
    try {
      this.cells = cells = CellFile.create(cellsPath(this.folder), this.token);
      this.#server = listenAt(socketPath(this.folder), connected, failed);
    } catch (error) {
      // No room, or Deno without permission.
      this.end();
      cells?.close();
      throw error;
    }
  }

  /** Nobody else may come; nothing is left in the file system. */
  end(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#server?.close();
    removeFolder(this.folder);
  }
}

/** By names: to look into the folder takes a descriptor and a permission, and there may be neither. */
export function removeFolder(folder: string): void {
  const { rmdirSync, unlinkSync } = fs();
  for (const name of ["cells", "socket", undefined]) {
    try {
      if (name) unlinkSync(join(folder, name));
      else rmdirSync(folder);
    } catch {
      // It is not there, or the other side was faster. Or Windows, which removes no file that is open.
    }
  }
}

/** Reads the first bytes; what follows them stays in the stream. */
function readHello(socket: LocalSocket, done: (hello: Uint8Array) => void): void {
  let hello: Uint8Array = new Uint8Array();
  const take = (piece: Uint8Array): void => {
    hello = concat([hello, piece]);
    if (hello.byteLength < HELLO_BYTES) return;
    socket.off("data", take);
    socket.pause();
    const rest = hello.subarray(HELLO_BYTES);
    if (rest.byteLength > 0) socket.unshift(rest);
    done(hello.slice(0, HELLO_BYTES));
    socket.resume();
  };
  socket.on("data", take);
}

function startsWith(bytes: Uint8Array, token: Uint8Array): boolean {
  return token.every((byte, i) => bytes[i] === byte);
}
