// Kills a command whose own child goes on and holds its output: this program must end at once.
import { run, TimeoutExpired } from "@pool/core/subprocess";

const script = "sleep 10 & echo $!; wait";
try {
  await run(["/bin/sh", "-c", script], {
    input: "x".repeat(1_000_000),
    captureOutput: true,
    text: true,
    timeout: 200,
  });
} catch (error) {
  if (!(error instanceof TimeoutExpired)) throw error;
  console.log(String(error.stdout).trim());
}
