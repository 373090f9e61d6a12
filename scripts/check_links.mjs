// Fails on relative links in Markdown that lead nowhere: no such file, or no such heading in it.
// `node scripts/check_links.mjs`; it tests itself first.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import process from "node:process";
import { ROOT } from "./runtimes.mjs";

const SKIPPED = new Set(["node_modules", ".git", ".examples", "npm", "dist", "coverage"]);

function markdownFiles(folder = ROOT) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (SKIPPED.has(entry.name)) return [];
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return markdownFiles(path);
    return entry.name.endsWith(".md") ? [path] : [];
  });
}

/** The text without its code blocks, every line of which becomes an empty one. */
function withoutBlocks(text) {
  let fence;
  return text.split("\n").map((line) => {
    const mark = line.match(/^\s*(`{3,})/)?.[1];
    if (fence) {
      if (mark && mark.length >= fence.length) fence = undefined;
      return "";
    }
    fence = mark;
    return mark ? "" : line;
  });
}

/** Names that GitHub gives to the headings of a page. */
function anchors(lines) {
  const found = new Set();
  for (const line of lines) {
    const title = line.match(/^#{1,6}\s+(.+?)\s*#*$/)?.[1];
    if (title === undefined) continue;
    const words = title.replace(/\[([^\]]*)\]\([^)]*\)/g, "$1").toLowerCase();
    const base = words.replace(/[^\p{L}\p{N}\p{M}\s_-]/gu, "").replaceAll(" ", "-");
    let name = base;
    for (let n = 1; found.has(name); n++) name = `${base}-${n}`;
    found.add(name);
  }
  return found;
}

/** Targets of the links in a line, code spans left out. */
function targets(line) {
  const prose = line.replace(/(`+)(?!`).*?[^`]\1(?!`)/g, (code) => "x".repeat(code.length));
  const inline = [...prose.matchAll(/\]\(<?([^)\s>]+)>?(?:\s+"[^"]*")?\)/g)];
  const named = [...prose.matchAll(/^\s*\[[^\]]+\]:\s+(\S+)/g)];
  return [...inline, ...named].map(([, target]) => target);
}

/** What is wrong with the links of one page: `{ line, target }` each. */
function brokenLinks(path, lines) {
  return lines.flatMap((line, index) =>
    targets(line)
      .filter((target) => !/^[a-z][a-z\d+.-]*:/i.test(target) && !leadsSomewhere(path, target))
      .map((target) => ({ line: index + 1, target }))
  );
}

function leadsSomewhere(page, target) {
  const [file, anchor] = target.split("#");
  const path = file ? join(dirname(page), decodeURIComponent(file)) : page;
  if (!existsSync(path)) return false;
  if (anchor === undefined || !path.endsWith(".md")) return true;
  return anchors(withoutBlocks(readFileSync(path, "utf8"))).has(decodeURIComponent(anchor));
}

function selfTest() {
  const page = join(ROOT, "README.md");
  const lines = withoutBlocks([
    "[a](CONTRIBUTING.md) [b](no_such_file.md) [c](CONTRIBUTING.md#set-up) [d](#no-such-heading)",
    "`[e](code.md)` [f](https://example.org/x)",
    "```md",
    "[g](in_a_block.md)",
    "```",
  ].join("\n"));
  const found = brokenLinks(page, lines).map(({ target }) => target).join(" ");
  if (found !== "no_such_file.md #no-such-heading") throw new Error(`Self-test found: ${found}`);
}

selfTest();
let pages = 0;
let broken = 0;
for (const path of markdownFiles()) {
  pages++;
  for (const { line, target } of brokenLinks(path, withoutBlocks(readFileSync(path, "utf8")))) {
    broken++;
    console.error(`${relative(ROOT, path)}:${line}: ${target} leads nowhere`);
  }
}
console.log(`${pages} pages: ${broken} broken links`);
if (broken > 0) process.exitCode = 1;
