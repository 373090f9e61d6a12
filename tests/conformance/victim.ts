import { Process, Thread, type WorkerTraits } from "@pool/core";

/** A worker of its own kind that runs one function, and may be killed. */
export function startVictim<A extends unknown[]>(
  { sharedMemory }: WorkerTraits,
  target: (...args: A) => unknown,
  args: A,
): { kill(): Promise<void> } {
  const one = sharedMemory ? new Thread({ target, args }) : new Process({ target, args });
  one.start();
  return {
    kill: async () => {
      one.kill();
      await one.join();
    },
  };
}
