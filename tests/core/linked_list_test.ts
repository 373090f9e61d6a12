import { describe, it } from "node:test";
import { assertEquals } from "@std/assert";
import { type Linked, LinkedList } from "../../src/core/linked_list.ts";

interface Entry extends Linked {
  readonly value: number;
}

function entry(value: number): Entry {
  return { value, list: undefined, previous: undefined, next: undefined };
}

function values(list: LinkedList<Entry>): number[] {
  const found: number[] = [];
  for (let entry = list.head; entry; entry = entry.next) found.push(entry.value);
  return found;
}

describe("LinkedList", () => {
  it("push() and unshift() keep the order", () => {
    const list = new LinkedList<Entry>();
    list.push(entry(2));
    list.push(entry(3));
    list.unshift(entry(1));
    assertEquals(values(list), [1, 2, 3]);
  });

  it("remove() takes out the head, the middle, the tail and the only one", () => {
    const entries = [1, 2, 3, 4].map((value) => entry(value));
    const list = new LinkedList<Entry>();
    for (const one of entries) list.push(one);
    list.remove(entries[1]!);
    assertEquals(values(list), [1, 3, 4]);
    list.remove(entries[0]!);
    list.remove(entries[3]!);
    assertEquals(values(list), [3]);
    list.remove(entries[2]!);
    assertEquals(values(list), []);
    list.push(entries[1]!);
    assertEquals(values(list), [2]);
  });

  it("remove() leaves alone what is in another list, or in none", () => {
    const list = new LinkedList<Entry>(), other = new LinkedList<Entry>();
    const one = entry(1);
    list.remove(one);
    list.push(one);
    other.remove(one);
    assertEquals([values(list), values(other)], [[1], []]);
  });
});
