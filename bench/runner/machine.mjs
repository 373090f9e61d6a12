// The machine and the runtimes of a run, in one line.
import { availableParallelism, cpus } from "node:os";
import process from "node:process";

/** @param {Map<string, { name: string, version: string }>} runtimes */
export function describeMachine(runtimes) {
  const versions = [...runtimes.values()].map(({ name, version }) => `${name} ${version}`);
  const cpu = cpus()[0]?.model ?? "unknown CPU";
  return `${versions.join(", ")}; ${availableParallelism()} cores, ${cpu}, ${process.platform}`;
}
