/** Replaces the marks that `encode` left in a copy. */
import { define } from "./define.ts";
import { MARK, type Mark } from "./encode.ts";
import { type ErrorRecord, isKnownError, rebuildError } from "./error_record.ts";
import { TaskLookupError } from "./errors.ts";
import { KeptMark } from "./kept_mark.ts";
import type { SentValue } from "./messages.ts";
import { isPlain } from "./platform.ts";
import { realm } from "./realm.ts";
import { reviveShared } from "./shareable.ts";

/** Revives a received value in place and returns it. Only needed where `encode` said `marked`. */
export function revive(value: unknown): unknown {
  return new Reviver().revive(value);
}

/** Revives the items of a chunk in place; returns the places of those that cannot be, which hold the reason. */
export function reviveEach(items: unknown[]): number[] {
  const failed: number[] = [];
  items.forEach((item, place) => {
    try {
      items[place] = revive(item);
    } catch (fault) {
      items[place] = fault;
      failed.push(place);
    }
  });
  return failed;
}

/** As {@link revive}; what cannot be revived becomes the error that says why. */
export function reviveOrFault({ value, marked }: SentValue): unknown {
  if (!marked) return value;
  try {
    return revive(value);
  } catch (fault) {
    return fault;
  }
}

class Reviver {
  readonly #seen: Map<object, unknown> = new Map();

  revive = (value: unknown): unknown => {
    if (typeof value !== "object" || value === null) return value;
    if (this.#seen.has(value)) return this.#seen.get(value);
    this.#seen.set(value, value);
    if (Array.isArray(value)) return this.#reviveProperties(value);
    if (value instanceof Map) return this.#reviveMap(value);
    if (value instanceof Set) return this.#reviveSet(value);
    if (!isPlain(Object.getPrototypeOf(value))) return value;
    return MARK in value ? this.#reviveMark(value as Mark) : this.#reviveProperties(value);
  };

  #reviveProperties(value: object): unknown {
    const holder = value as Record<string, unknown>;
    for (const key of Object.keys(holder)) {
      const item = holder[key];
      if (typeof item !== "object" || item === null) continue;
      const revived = this.revive(item);
      if (revived !== item) define(holder, key, revived);
    }
    return value;
  }

  #reviveMap(map: Map<unknown, unknown>): unknown {
    const entries = [...map];
    map.clear();
    for (const [key, item] of entries) map.set(this.revive(key), this.revive(item));
    return map;
  }

  #reviveSet(set: Set<unknown>): unknown {
    const items = [...set];
    set.clear();
    for (const item of items) set.add(this.revive(item));
    return set;
  }

  #reviveMark(mark: Mark): unknown {
    if (realm.keepsUnknown && !isKnown(mark)) {
      const kept = new KeptMark(mark);
      this.#seen.set(mark, kept);
      this.#reviveProperties(mark);
      return kept;
    }
    switch (mark[MARK]) {
      case "error":
        return rebuildError(
          mark.record as ErrorRecord,
          this.revive,
          (error) => this.#seen.set(mark, error),
        );
      case "escaped":
        return this.#reviveEscaped(mark, mark.entries);
      case "class":
        return this.#reviveClass(mark, mark.name, mark.data);
      case "shared": {
        const handle = reviveShared(mark.parts);
        this.#seen.set(mark, handle);
        return handle;
      }
    }
  }

  #reviveEscaped(mark: object, entries: [string, unknown][]): unknown {
    const plain: Record<string, unknown> = {};
    this.#seen.set(mark, plain);
    for (const [key, item] of entries) define(plain, key, this.revive(item));
    return plain;
  }

  #reviveClass(mark: object, name: string, data: unknown): unknown {
    const codec = realm.classesByName.get(name);
    if (!codec?.decode) {
      throw new TaskLookupError(
        `Cannot decode class ${name}: it is not registered on this side; ` +
          "call registerClass() in a module that both sides import",
      );
    }
    const instance = codec.decode(this.revive(data) as never);
    this.#seen.set(mark, instance);
    return instance;
  }
}

/** Whether this realm has the class of which a mark tells. */
function isKnown(mark: Mark): boolean {
  switch (mark[MARK]) {
    case "class":
      return realm.classesByName.get(mark.name)?.decode !== undefined;
    case "error":
      return isKnownError(mark.record as ErrorRecord);
    default:
      return true;
  }
}
