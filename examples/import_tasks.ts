// Runs functions of a module that only workers load, as they are: it need not know of the pool.
import { importTasks, Pool } from "@pool/core";

const { pack, unpack } = importTasks<typeof import("./slow_to_load/codec.ts")>(
  import.meta.resolve("./slow_to_load/codec.ts"),
);

if (import.meta.main) {
  await using pool = new Pool(1);
  const text = "to be, or not to be, ".repeat(100);

  const packed = await pool.apply(pack, [text]); // typed: Uint8Array
  console.log(packed.length < text.length / 10); // true
  console.log(await pool.apply(unpack, [packed]) === text); // true

  // The names are checked by the compiler here, and by the worker when it looks them up.
  const { missing } = importTasks<{ missing(): void }>(
    import.meta.resolve("./slow_to_load/codec.ts"),
  );
  await pool.apply(missing).catch((error) => console.log(error.name)); // TaskLookupError
}
