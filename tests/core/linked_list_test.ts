import { describe, it } from "node:test";
import { assertEquals } from "@std/assert";
import { LinkedList, listNode } from "../../src/core/linked_list.ts";

function values<T>(list: LinkedList<T>): T[] {
  const found: T[] = [];
  for (let node = list.head; node; node = node.next) found.push(node.value);
  return found;
}

describe("LinkedList", () => {
  it("push() and unshift() keep the order", () => {
    const list = new LinkedList<number>();
    list.push(listNode(2));
    list.push(listNode(3));
    list.unshift(listNode(1));
    assertEquals(values(list), [1, 2, 3]);
  });

  it("remove() takes out the head, the middle, the tail and the only one", () => {
    const nodes = [1, 2, 3, 4].map((value) => listNode(value));
    const list = new LinkedList<number>();
    for (const node of nodes) list.push(node);
    list.remove(nodes[1]!);
    assertEquals(values(list), [1, 3, 4]);
    list.remove(nodes[0]!);
    list.remove(nodes[3]!);
    assertEquals(values(list), [3]);
    list.remove(nodes[2]!);
    assertEquals(values(list), []);
    list.push(nodes[1]!);
    assertEquals(values(list), [2]);
  });

  it("remove() leaves alone what is in another list, or in none", () => {
    const list = new LinkedList<number>(), other = new LinkedList<number>();
    const node = listNode(1);
    list.remove(node);
    list.push(node);
    other.remove(node);
    assertEquals([values(list), values(other)], [[1], []]);
  });
});
