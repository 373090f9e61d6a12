import { assertEquals } from "@std/assert";
import { describe, it } from "node:test";
import { expectedOutput, missingOutput } from "../scripts/example_blocks.mjs";

const CODE = `
const a = 1; // not printed
console.log(a); // 1
console.log("not said");
for (const x of [2, 3]) console.log(x); // 2, 3
console.log(
  { b: [1] },
); // { b: [1] }
f((x) => console.log(x)); // then this
`;

describe("expectedOutput", () => {
  it("takes the comments behind console.log() and no others", () => {
    assertEquals(expectedOutput(CODE), ["1", "2, 3", "{ b: [1] }", "then this"]);
  });
});

describe("missingOutput", () => {
  it("is satisfied by other white space, commas, quotes and order", () => {
    const expected = ['{ a: ["x"], b: 1 }', "2, 3", "1"];
    assertEquals(missingOutput(expected, "1\n{\n  a: [ 'x' ],\n  b: 1,\n}\n2\n3\n"), undefined);
  });

  it("wants a word as a line of its own", () => {
    assertEquals(missingOutput(["1"], "10\n"), "1");
    assertEquals(missingOutput(["true"], "false true\n"), "true");
  });

  it("takes … for anything, in order, and leaves out a remark in brackets", () => {
    assertEquals(missingOutput(["Cannot … job: …"], "Cannot do job: no\n"), undefined);
    assertEquals(missingOutput(["job … Cannot"], "Cannot do job: no\n"), "job … Cannot");
    assertEquals(missingOutput(["9 (a number)"], "9\n"), undefined);
    assertEquals(missingOutput(["9 (a number)"], "8\n"), "9 (a number)");
  });
});
