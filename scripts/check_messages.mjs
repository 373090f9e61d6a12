// Fails where a heading of docs/troubleshooting.md quotes words that no message in src has:
// `node scripts/check_messages.mjs`. In headings `…` stands for what differs.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { ROOT } from "./runtimes.mjs";

const PAGE = "docs/troubleshooting.md";
const SHORTEST = 12; // words that are shorter prove nothing

/** The text of all string literals: those joined by `+` as one, what is put in as `…`. */
function messages() {
  const names = readdirSync(join(ROOT, "src"), { recursive: true })
    .filter((name) => name.endsWith(".ts"));
  const code = names.map((name) => readFileSync(join(ROOT, "src", name), "utf8")).join("\n");
  return code
    .replace(/["`]\s*\+\s*["`]/g, "")
    .replace(/\$\{[^{}]*(?:\{[^{}]*\}[^{}]*)*\}/g, "…")
    .replaceAll("\\`", "");
}

const known = messages();
const headings = [...readFileSync(join(ROOT, PAGE), "utf8").matchAll(/^### `(.+)`$/gm)];
const stale = headings.map(([, heading]) => heading).filter((heading) => {
  const parts = heading.split("…").map((part) => part.replace(/^[\s:;,]+|\s+$/g, ""));
  return !parts.every((part) => part.length < SHORTEST || known.includes(part));
});
for (const heading of stale) console.error(`${PAGE}: no message in src reads "${heading}"`);
console.log(`${headings.length} messages: ${stale.length} of them are not in src`);
if (stale.length > 0 || headings.length === 0) process.exitCode = 1;
