// Fails where a public symbol of a published entry has no example in its doc comment:
// `node scripts/check_doc_examples.mjs [--self-test]`. That the examples run is for check_examples.mjs.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { findRuntime, ROOT, runChild } from "./runtimes.mjs";

/** A block that is run, or at least type-checked: not one that is marked `ignore`. */
const EXAMPLE = /^\s*```ts\b(?!\s*ignore\b)/m;

/** The modules that the package names in its `exports`. */
function entries() {
  const { exports } = JSON.parse(readFileSync(join(ROOT, "deno.json"), "utf8"));
  return Object.values(exports);
}

/** What deno documents of an entry; each is asked for alone, so that none is a mere reference. */
async function publicSymbols(entry, root) {
  const { path } = findRuntime("deno");
  const result = await runChild(path, ["doc", "--json", entry], { cwd: root, timeout: 60_000 });
  if (result.code !== 0) throw new Error(`Cannot read docs of ${entry}: ${result.output}`);
  return Object.values(JSON.parse(result.stdout).nodes).flatMap(({ symbols }) => symbols);
}

/** `{ count, problems }` of some entries. One example is enough for all overloads. */
async function checkEntries(entries, root) {
  const places = new Map();
  for (const entry of entries) {
    for (const { name, declarations } of await publicSymbols(entry, root)) {
      // Types that a signature names without exporting them: `deno doc --lint` refuses these.
      if (declarations.every(({ declarationKind }) => declarationKind === "private")) continue;
      const { filename, line } = declarations[0].location;
      const place = `${relative(root, fileURLToPath(filename))}:${line}: ${name}`;
      places.set(place, declarations.some(hasExample));
    }
  }
  const bare = [...places.keys()].filter((place) => !places.get(place));
  const problems = bare.map((place) => `${place} has no example (\`\`\`ts in its doc comment)`);
  return { count: places.size, problems };
}

function hasExample({ jsDoc = {} }) {
  const texts = [jsDoc.doc, ...(jsDoc.tags ?? []).map(({ doc }) => doc)];
  return texts.some((text) => EXAMPLE.test(text ?? ""));
}

const WITH = "/**\n * Says it.\n *\n * @example\n * ```ts\n * 1;\n * ```\n */\n";
const IGNORED = WITH.replace("```ts", "```ts ignore");
const BARE = "/** Says it. */\n";

/** A module and the names in it that must be refused, for the self-test. */
const FIXTURES = [
  [`${WITH}export const a = 1;`, []],
  [`${BARE}export const a = 1;`, ["a"]],
  ["export const a = 1;", ["a"]],
  [`${IGNORED}export const a = 1;`, ["a"]],
  [`${WITH}export interface A {}\n${BARE}export type B = string;\n${BARE}export class C {}`, [
    "B",
    "C",
  ]],
  [`${WITH}export function f(): void;\n${BARE}export function f(a?: 1): void {}`, []],
  [`${BARE}export function f(): void {}\n${WITH}function g(): void {}\ng();`, ["f"]],
  [`${BARE}const hidden = 1;\n${WITH}export const a: typeof hidden = hidden;`, []],
  // Its own example counts, not the module's; and a member's is not its class's.
  [`${WITH.replace(" */", " *\n * @module\n */")}\n${BARE}export const a = 1;`, ["a"]],
  [`${BARE}export class A {\n${WITH}  b(): void {}\n}`, ["A"]],
  ['export { a, type B } from "./other.ts";', ["B"]],
];
const OTHER = `${WITH}export const a = 1;\n${BARE}export type B = string;\n`;

async function selfTest() {
  const wrong = [];
  const folder = mkdtempSync(join(tmpdir(), "pool-examples-"));
  try {
    writeFileSync(join(folder, "other.ts"), OTHER);
    for (const [text, expected] of FIXTURES) {
      writeFileSync(join(folder, "mod.ts"), text);
      const { problems } = await checkEntries(["mod.ts"], folder);
      const found = problems.map((one) => one.match(/: (\S+) has no example/)[1]);
      if (String(found) === String(expected)) continue;
      wrong.push(`${text}\n  expected: ${expected}\n  found: ${problems.join("; ")}`);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return wrong;
}

async function main() {
  if (process.argv.includes("--self-test")) {
    const wrong = await selfTest();
    for (const one of wrong) console.error(one);
    console.log(`${FIXTURES.length} fixtures, ${wrong.length} of them judged wrongly`);
    return wrong.length === 0;
  }
  const { count, problems } = await checkEntries(entries(), ROOT);
  for (const problem of problems) console.error(problem);
  console.log(`${count} public symbols: ${problems.length} without an example`);
  return problems.length === 0 && count > 0;
}

try {
  if (!await main()) process.exitCode = 1;
} catch (error) {
  console.error(error.message);
  process.exitCode = 2;
}
