import { describe, it } from "node:test";
import { assert, assertEquals } from "@std/assert";
import type { Letter } from "../../src/protocol/messages.ts";
import {
  inOneProcess,
  isWithin,
  type ListenToPort,
  type Mailbox,
  PostOffice,
} from "../../src/protocol/post_office.ts";
import type { Port } from "../../src/protocol/transferable.ts";

/** A realm that notes what it hears. */
class Realm {
  readonly heard: string[] = [];
  readonly office: PostOffice;
  #seen: Mailbox | undefined;

  /** @param listen for threads that may have ports to each other */
  constructor(kind?: "thread" | "process", parent?: Realm, listen?: ListenToPort) {
    if (!kind || !parent) {
      this.office = new PostOffice();
    } else {
      const seen = this.#seen = parent.office.open(kind, (letters) => this.office.receive(letters));
      this.office = new PostOffice(seen.address, (letters) => seen.receive(letters), listen);
    }
    this.office.recipient = {
      deliver: ({ from, body }: Letter) => void this.heard.push(`${from}: ${body}`),
      refused: ({ to, body }, cause) => void this.heard.push(`${to}: ${body}: ${cause}`),
      gone: (address) => void this.heard.push(`${address} is gone`),
    };
  }

  get address(): string {
    return this.office.address;
  }

  say(to: Realm, text: string): boolean {
    return this.office.send(to.address, text, false);
  }

  end(): void {
    this.#seen!.end();
  }
}

/** Letters hop from realm to realm in microtasks. */
const delivered = () => new Promise((resolve) => setTimeout(resolve));

describe("PostOffice", () => {
  it("addresses are the way from the main program", () => {
    const root = new Realm();
    const thread = new Realm("thread", root), child = new Realm("process", thread);
    assertEquals([root, thread, child, new Realm("thread", root)].map((one) => one.address), [
      "0",
      "0.t1",
      "0.t1.p1",
      "0.t2",
    ]);
  });

  it("letters reach every realm from every other, and itself, in order", async () => {
    const root = new Realm();
    const a = new Realm("thread", root), b = new Realm("process", root);
    const all = [root, a, b, new Realm("process", a), new Realm("thread", b)];
    for (const from of all) {
      for (const to of all) for (const text of ["one", "two"]) assert(from.say(to, text));
    }
    await delivered();
    for (const { address, heard } of all) {
      for (const from of all) {
        const mine = heard.filter((line) => line.startsWith(`${from.address}: `));
        assertEquals(mine, [`${from.address}: one`, `${from.address}: two`], address);
      }
    }
  });

  it("who exchanged letters with a realm is told of its end, once, and nobody else", async () => {
    const root = new Realm();
    const a = new Realm("thread", root), b = new Realm("process", root);
    const inner = new Realm("thread", a), bystander = new Realm("thread", root);
    b.say(inner, "hello");
    root.say(a, "hello");
    await delivered();
    for (const one of [root, a, b, inner, bystander]) one.heard.length = 0;
    a.end();
    await delivered();
    assertEquals(b.heard, ["0.t1 is gone"]);
    assertEquals(root.heard, ["0.t1 is gone"]);
    assertEquals(bystander.heard, []);
  });

  it("a letter to a realm that is gone comes back as its end", async () => {
    const root = new Realm();
    const a = new Realm("thread", root), b = new Realm("thread", root);
    a.end();
    assertEquals(root.say(a, "late"), false);
    b.say(a, "late");
    await delivered();
    assertEquals(b.heard, ["0.t1 is gone"]);
  });

  it("threads write to each other by a port of their own, in order, and not through their host", async () => {
    const ports: Port[] = [];
    const listen: ListenToPort = (port, listener) => {
      ports.push(port);
      port.onmessage = ({ data }) => listener(data);
    };
    try {
      const root = new Realm();
      const a = new Realm("thread", root, listen), b = new Realm("thread", root, listen);
      const child = new Realm("process", root);
      for (let i = 0; i < 100; i++) {
        a.say(b, `${i}`);
        b.say(a, `${i}`);
        if (i % 10 === 0) await delivered();
      }
      a.say(child, "the long way");
      a.say(root, "to the host");
      while (a.heard.length < 100 || b.heard.length < 100) await delivered();
      const numbers = Array.from({ length: 100 }, (_, i) => i);
      assertEquals(b.heard, numbers.map((i) => `${a.address}: ${i}`));
      assertEquals(a.heard, numbers.map((i) => `${b.address}: ${i}`));
      assertEquals(ports.length, 2);
      assertEquals([child.heard.length, root.heard.length], [1, 1]);
      b.end();
      await delivered();
      assertEquals(a.heard.at(-1), `${b.address} is gone`);
      a.say(b, "too late");
      await delivered();
      assertEquals(a.heard.length, 102);
    } finally {
      for (const port of ports) port.close();
    }
  });

  it("letters of one turn leave together", async () => {
    const root = new PostOffice();
    const posts: number[] = [];
    const { address } = root.open("thread", (letters) => void posts.push(letters.length));
    for (let i = 0; i < 10; i++) root.send(address, i, false);
    await delivered();
    root.send(address, 10, false);
    await delivered();
    assertEquals(posts, [10, 1]);
  });

  it("a letter that cannot be sent costs no other one of its turn", async () => {
    const root = new Realm();
    const sent: unknown[] = [], moved: unknown[] = [];
    const { address } = root.office.open("thread", (letters, transfer) => {
      const bodies = letters.map(({ body }) => body);
      if (bodies.includes("refused")) throw new Error("no");
      sent.push(...bodies);
      moved.push(...transfer);
    });
    const buffers = [new ArrayBuffer(1), new ArrayBuffer(2)];
    root.office.send(address, "one", false, [buffers[0]!]);
    root.office.send(address, "refused", false, [new ArrayBuffer(3)]);
    root.office.send(address, "two", false, [buffers[1]!]);
    await delivered();
    assertEquals([sent, moved, root.heard], [
      ["one", "two"],
      buffers,
      [`${address}: refused: Error: no`],
    ]);
  });

  it("threads share a process, children do not", () => {
    assert(inOneProcess("0", "0.t1.t2"));
    assert(inOneProcess("0.p1.t1", "0.p1"));
    assert(inOneProcess("0.t1.p2.t1", "0.t1.p2.t3"));
    assert(!inOneProcess("0", "0.p1"));
    assert(!inOneProcess("0.p1", "0.p2"));
    assert(!inOneProcess("0.p1", "0.p12"));
    assert(!inOneProcess("0.p1.p1", "0.p1"));
    assert(isWithin("0.t1.p1", "0.t1"));
    assert(!isWithin("0.t12", "0.t1"));
  });
});
