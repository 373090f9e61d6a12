import type { AnyFunction } from "./realm.ts";

/**
 * Makes a function from the source of an inline function. Throws a `SyntaxError` where the source
 * makes no sense away from its module (`import.meta`, `super`, private names).
 */
export function compile(source: string): AnyFunction {
  try {
    return evaluate(`(${source}\n)`);
  } catch (error) {
    // A method in short form, `{ double(x) { … } }.double`, is no expression by itself.
    try {
      return evaluate(`((holder) => holder[Reflect.ownKeys(holder)[0]])({ ${source}\n })`);
    } catch {
      throw error;
    }
  }
}

/** Transpilers wrap functions in helpers that live in the module they came from; these we provide. */
function evaluate(expression: string): AnyFunction {
  const make = new Function("__name", `"use strict"; return ${expression};`);
  const made: unknown = make((fn: AnyFunction) => fn);
  if (typeof made === "function") return made;
  throw new SyntaxError("this is the source of no function");
}
