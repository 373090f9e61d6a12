// Finds the blocks of code in doc comments (src, mod.ts) and in Markdown (README.md, docs), and what
// they say that they print.
//
// Words behind ```ts, ```js and ```python, which readers of the rendered page do not see:
//   ignore            left out: no types, no run
//   no-run: reason    its types are checked, it is not run
//   only=deno: reason runs on that runtime alone; names separated by "+"; not for python
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, sep } from "node:path";
import { ROOT, RUNTIMES } from "./runtimes.mjs";

/** Every file that may hold examples, relative to the repository. */
export function documents() {
  const walk = (folder) => {
    if (!existsSync(join(ROOT, folder))) return [];
    const names = readdirSync(join(ROOT, folder), { recursive: true });
    return names.map((name) => `${folder}/${name.split(sep).join("/")}`);
  };
  const code = ["mod.ts", ...walk("src").filter((name) => /\.(ts|js)$/.test(name))];
  const prose = ["README.md", ...walk("docs").filter((name) => name.endsWith(".md"))];
  return [...code, ...prose].filter((name) => existsSync(join(ROOT, name))).sort();
}

/**
 * The blocks of one document: `{ kind, line, text, check, runtimes }`. `kind` is the word behind the
 * fence, `line` the first of its text; the last two are for code that runs.
 */
export function blocksOf(name) {
  const source = readFileSync(join(ROOT, name), "utf8");
  const lines = name.endsWith(".md") ? source.split("\n") : docComments(source);
  return blocks(lines, name);
}

/** Kinds that run. */
const CODE = ["ts", "js", "python"];

/** The text of a source file's doc comments, every other line blank, so that line numbers hold. */
function docComments(source) {
  const lines = source.split("\n");
  let inside = false;
  return lines.map((line) => {
    const opens = !inside && /^\s*\/\*\*/.test(line);
    if (opens) inside = true;
    if (!inside) return "";
    const closes = line.includes("*/");
    if (closes) inside = false;
    return opens || closes ? "" : line.replace(/^\s*\* ?/, "");
  });
}

function blocks(lines, name) {
  const found = [];
  let open;
  for (const [index, line] of lines.entries()) {
    const fence = line.match(/^(\s*)(`{3,})(.*)$/);
    if (!open && fence) {
      const [, kind, rest] = fence[3].trim().match(/^([^\s,]*)[\s,]*(.*)$/);
      const how = CODE.includes(kind) ? directive(kind, rest, `${name}:${index + 1}`) : {};
      const shape = { fence: fence[2], indent: fence[1].length };
      open = { ...shape, ...how, kind, line: index + 2, text: [] };
    } else if (open && fence && fence[2].length >= open.fence.length && fence[3].trim() === "") {
      found.push({ ...open, text: open.text.join("\n") });
      open = undefined;
    } else if (open) open.text.push(line.slice(open.indent));
  }
  return found;
}

/** What the words behind a fence ask for; throws for any others. */
function directive(kind, text, place) {
  if (text === "") return { check: true, runtimes: RUNTIMES };
  if (text === "ignore") return { check: false, runtimes: [] };
  const [, word, names, reason] = text.match(/^(no-run|only=([\w+]+))(?::\s*(.+))?$/) ?? [];
  const runtimes = word === "no-run" ? [] : names?.split("+");
  if (!runtimes?.every((one) => kind !== "python" && RUNTIMES.includes(one))) {
    throw new Error(`Cannot read example at ${place}: ${JSON.stringify(text)} means nothing here`);
  }
  if (!reason) {
    throw new Error(`Cannot leave out example at ${place}: say why, as in "${word}: reason"`);
  }
  return { check: true, runtimes };
}

const PRINTS = /console\.(?:log|error|warn|info)\(/;

/**
 * What an example says that it prints: the comment behind each `console.log(…);`. A loop may name all
 * its lines in one comment.
 */
export function expectedOutput(text) {
  const expected = [];
  let open = false;
  for (const line of text.split("\n")) {
    if (!open && !PRINTS.test(line)) continue;
    const [, code, comment] = line.match(/^(.*[);,]) \/\/ (.+)$/) ?? [];
    if (comment !== undefined && (PRINTS.test(code) || /^\s*\)/.test(code))) expected.push(comment);
    open = comment === undefined && !/;$/.test(line);
  }
  return expected;
}

/** Runtimes print the same value with other white space, commas and quotes. */
const plain = (text) => text.replace(/[\s,]/g, "").replace(/['`]/g, '"');

/** What an example says it prints and did not, as text for a report. */
export function unprinted(expected, output) {
  const missing = missingOutput(expected, output);
  if (missing === undefined) return undefined;
  return `did not print what its comment says: ${missing}\n${output}`;
}

/** The first expectation that the output does not meet, if any. `…` stands for anything. */
export function missingOutput(expected, output) {
  const lines = output.split("\n").map(plain);
  const all = lines.join("");
  const holds = (text) => {
    const parts = plain(text).split("…");
    // A word must be a line of its own; several may come from several lines, as in a loop.
    if (parts.length === 1) {
      return lines.includes(parts[0]) || (/[\s,]/.test(text) && all.includes(parts[0]));
    }
    let at = 0;
    return parts.every((part) => (at = all.indexOf(part, at)) >= 0);
  };
  // A remark in brackets may follow what is printed.
  return expected.find((text) => !holds(text) && !holds(text.replace(/ \([^()]*\)$/, "")));
}
