// Failures that nobody looks at: the program must come to its end, with exit code 0 and no noise.
import { Popen, run } from "@pool/core/subprocess";

const pipes = { stdin: "pipe", stdout: "pipe", stderr: "pipe" } as const;
new Popen(["no-such-command"]);
new Popen(["no-such-command"], pipes);
new Popen(["no-such-command"], { ...pipes, stderr: "stdout" });
new Popen(["sleep", "100"], { signal: AbortSignal.timeout(100) });
new Popen(["sleep", "100"], { ...pipes, signal: AbortSignal.timeout(100) });
// A write that fails, seen by nobody but the one who wrote.
const deaf = new Popen(["/bin/sh", "-c", "exec <&-; exit 0"], pipes);
deaf.stdin.getWriter().write(new Uint8Array(1_000_000)).catch(() => {});
// Outputs that nobody reads.
new Popen(["/bin/sh", "-c", "echo out; echo err >&2"], pipes);
await run(["/bin/sh", "-c", "sleep 0.3"]);
console.log("the end");
