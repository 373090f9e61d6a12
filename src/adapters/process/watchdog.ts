/** A process so small that it can be spared, which ends our children when we cannot. */
import type { ChildProcess } from "node:child_process";
import { childProcess } from "../builtins.ts";

/**
 * Reads lines, each with all children that there are. At the end of its input, which comes with the end of
 * the host, however it ended, children have a second to go by themselves; a busy one does not see that its
 * host is gone.
 */
const SCRIPT = `
while read -r line; do pids=$line; done
for i in 1 2 3 4 5 6 7 8 9 10; do
  left=
  for pid in $pids; do kill -0 "$pid" 2>/dev/null && left="$left $pid"; done
  pids=$left
  [ -z "$pids" ] && exit 0
  sleep 0.1
done
kill -9 $pids 2>/dev/null
`;

/**
 * Sees to it that no child outlives its host. It costs a `sh` of about 1 MB for as long as there are
 * children, and no time: a thread in every child would cost 10 to 40 ms and as many megabytes.
 *
 * Where there is no `sh` (Windows) or it may not be run (Deno's `--allow-run=…`), idle children still
 * end with their host, and a busy one ends when its task does.
 */
export class Watchdog {
  #shell: ChildProcess | undefined;
  #failed = false;
  readonly #children = new Set<number>();

  /** A child was started. */
  add(pid: number): void {
    this.#children.add(pid);
    if (this.#shell) this.#tell();
    else this.#start();
  }

  /** It has ended. */
  remove(pid: number): void {
    if (!this.#children.delete(pid)) return;
    this.#tell();
    if (this.#children.size > 0) return;
    this.#shell?.stdin?.end();
    this.#shell = undefined;
  }

  #start(): void {
    if (this.#failed) return;
    try {
      const shell = childProcess().spawn("sh", ["-c", SCRIPT], {
        stdio: ["pipe", "ignore", "ignore"],
        // In no group that a signal for ours could end.
        detached: true,
      });
      this.#shell = shell;
      const lost = (): void => {
        if (this.#shell === shell) this.#shell = undefined;
      };
      shell.on("error", () => {
        this.#failed = true;
        lost();
      });
      shell.on("exit", lost);
      shell.stdin.on("error", lost);
      shell.unref();
      (shell.stdin as unknown as { unref?(): void }).unref?.();
      this.#tell();
    } catch {
      this.#failed = true;
    }
  }

  #tell(): void {
    this.#shell?.stdin?.write(`${[...this.#children].join(" ")}\n`);
  }
}
