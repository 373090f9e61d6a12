// Fails when the versions in deno.json, package.json and package-lock.json differ, when CHANGELOG.md has no
// entry for them, or when a tag is given that names another: `node scripts/check_versions.mjs [v1.2.3]`.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { ROOT } from "./runtimes.mjs";

const SEMANTIC = /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-[0-9A-Za-z.-]+)?$/;
const NOT_RELEASED = "(not released)";

const read = (name) => readFileSync(join(ROOT, name), "utf8");

function versions() {
  const lock = JSON.parse(read("package-lock.json"));
  return {
    "deno.json": JSON.parse(read("deno.json")).version,
    "package.json": JSON.parse(read("package.json")).version,
    "package-lock.json": lock.version,
    'package-lock.json, packages[""]': lock.packages[""].version,
  };
}

/** The heading of a version in the changelog, or undefined. */
function heading(version) {
  const headings = read("CHANGELOG.md").split("\n").filter((line) => line.startsWith("## "));
  return headings.find((line) => line.split(" ")[1] === version);
}

function* problems(tag) {
  const found = versions();
  const version = found["deno.json"];
  if (!SEMANTIC.test(version)) {
    yield `Cannot use version "${version}" of deno.json: it must be MAJOR.MINOR.PATCH`;
  }
  for (const [file, other] of Object.entries(found)) {
    if (other === version) continue;
    yield `Cannot release: ${file} says ${other}, but deno.json says ${version}`;
  }
  const entry = heading(version);
  if (entry === undefined) {
    yield `Cannot release ${version}: CHANGELOG.md has no "## ${version}"`;
  }
  if (tag === undefined) return;
  if (tag !== `v${version}`) yield `Cannot release ${tag}: the files say ${version}`;
  if (entry?.includes(NOT_RELEASED)) {
    yield `Cannot release ${tag}: CHANGELOG.md calls it ${NOT_RELEASED}; put the date there`;
  }
}

const found = [...problems(process.argv[2])];
for (const problem of found) console.error(problem);
if (found.length > 0) process.exit(1);
console.log(`${versions()["deno.json"]} everywhere`);
