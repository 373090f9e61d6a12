/**
 * What the compiler must infer and refuse of managers. Nothing here is run: it is checked by
 * `npm run check -- --only=types`, and by users' compilers in `npm run test:package`.
 */
import type { DictKey, DictProxy, Manager } from "@pool/core";
import { assertType, type Same } from "./same.ts";

export async function dictsInfer(manager: Manager): Promise<void> {
  const empty = await manager.dict();
  assertType<Same<typeof empty, DictProxy>>();
  const ofPairs = await manager.dict([["a", 1], ["b", 2]]);
  assertType<Same<typeof ofPairs, DictProxy<string, number>>>();
  // The keys of the start are not all that there will be.
  await ofPairs.set("c", 3);
  const ofMap = await manager.dict(new Map([[1, "a"]]));
  assertType<Same<typeof ofMap, DictProxy<number, string>>>();
  const ofObject = await manager.dict({ a: 1 });
  assertType<Same<typeof ofObject, DictProxy<string, number>>>();
  const chosen = await manager.dict<"a" | "b", number>([["a", 1]]);
  assertType<Same<typeof chosen, DictProxy<"a" | "b", number>>>();
  const any = await manager.dict<DictKey, number>([[null, 1], [2n, 2]]);
  assertType<Same<typeof any, DictProxy<DictKey, number>>>();
}

export async function dictsRefuse(manager: Manager): Promise<void> {
  // @ts-expect-error an object is no key
  await manager.dict([[{}, 1]]);
  // @ts-expect-error there is no such key
  await (await manager.dict<"a", number>()).get("b");
  // @ts-expect-error its values are numbers
  await (await manager.dict({ a: 1 })).set("b", "2");
}
