import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

interface Collectors {
  readonly Bun?: { gc(synchronously: boolean): void };
  readonly gc?: () => void;
}

/** Has this realm's garbage collected, and lets those who wait for that hear of it. */
export async function collectGarbage(): Promise<void> {
  // What the current turn has looked at stays until its end.
  await new Promise((resolve) => setTimeout(resolve, 1));
  const { Bun, gc } = globalThis as Collectors;
  if (Bun) {
    Bun.gc(true);
  } else {
    setFlagsFromString("--expose-gc");
    (gc ?? runInNewContext("gc") as () => void)();
  }
  await new Promise((resolve) => setTimeout(resolve, 10));
}
