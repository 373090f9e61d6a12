import process from "node:process";
import { megabytes, whole } from "./report.ts";

const TERMINAL = process.stderr.isTTY === true;

/** Between two looks at the line (ms): in a log, each one stays. */
const INTERVAL = TERMINAL ? 100 : 5000;

/** One line on stderr that says how far a way has come; a terminal's is drawn over itself. */
export class Progress {
  readonly #name: string;
  readonly #started = performance.now();
  #files = 0;
  #bytes = 0;
  #next = 0;

  constructor(name: string) {
    this.#name = name;
  }

  /** True now and then: time for a look at other things. */
  get due(): boolean {
    return this.#files % 16 === 0;
  }

  /** One more file. */
  add(bytes: number): void {
    this.#files++;
    this.#bytes += bytes;
    const now = performance.now();
    if (now < this.#next) return;
    this.#next = now + INTERVAL;
    const count = `files ${whole(this.#files)}, ${megabytes(this.#bytes)}`;
    const line = `${this.#name}: ${count}, ${((now - this.#started) / 1000).toFixed(1)} s`;
    process.stderr.write(TERMINAL ? `\r\x1b[K${line}` : `${line}\n`);
  }

  /** Takes the line away. */
  clear(): void {
    if (TERMINAL) process.stderr.write("\r\x1b[K");
  }
}
