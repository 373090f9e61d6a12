import { spawn } from "node:child_process";
import * as fs from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { after, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { Pool } from "@pool/core";
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { countFile, takeTally } from "../examples/word_count/count.ts";
import { Tally } from "../examples/word_count/tally.ts";
import { walk } from "../examples/word_count/walk.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const PROGRAM = join(ROOT, "examples", "word_count", "main.ts");
const RUNTIME = "deno" in process.versions ? "deno" : "bun" in process.versions ? "bun" : "node";
/** Links need a privilege there, and a signal ends a process without asking. */
const WINDOWS = process.platform === "win32";
const BOUND_MS = 25_000;
/** The demo reads in pieces of this size. */
const PIECE = 1024 * 1024;

const scratch = fs.mkdtempSync(join(tmpdir(), "pool-demo-"));
after(() => fs.rmSync(scratch, { recursive: true, force: true }));

interface Run {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs to the end of all that holds the program's output; `onError` sees stderr as it comes. */
function run(
  command: string,
  args: string[],
  onError?: (text: string, pid: number) => void,
): Promise<Run> {
  const child = spawn(command, args, { cwd: ROOT, stdio: ["ignore", "pipe", "pipe"] });
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (data) => stdout += data);
  child.stderr.on("data", (data) => {
    stderr += data;
    onError?.(stderr, child.pid!);
  });
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => {
      child.kill("SIGKILL");
      reject(new Error(`no end within ${BOUND_MS} ms\n${stdout}${stderr}`));
    }, BOUND_MS);
    child.on("error", reject);
    child.on("close", (code) => {
      clearTimeout(late);
      resolve({ code, stdout, stderr });
    });
  });
}

function count(path: string): Promise<Run> {
  const options = RUNTIME === "deno" ? ["run", "-A", "--quiet"] : [];
  return run(process.execPath, [...options, PROGRAM, path]);
}

function makeTree(name: string, files: Record<string, string | Uint8Array>): string {
  const root = join(scratch, name);
  fs.mkdirSync(root);
  for (const [path, content] of Object.entries(files)) {
    fs.mkdirSync(join(root, path, ".."), { recursive: true });
    fs.writeFileSync(join(root, path), content);
  }
  return root;
}

const never = new AbortController().signal;

describe("word count", () => {
  it("counts a tree with all that may be in one, alike with and without a pool", async () => {
    const root = makeTree("all", {
      "a.txt": "uno dos tres\nuno\n",
      "deep/er/copy.txt": "uno dos tres\nuno\n",
      "deep/ünï.txt": "uno größe 漢字 o'dos",
      "empty": "",
      "latin1.txt": new Uint8Array([0x75, 0x6e, 0x6f, 0xe9, 0x20, 0x64, 0x6f, 0x73, 0xff]), // uno. dos.
      "binary": new Uint8Array([0x75, 0x6e, 0x6f, 0, 0x75]),
      ".git/config": "uno uno uno",
    });
    if (!WINDOWS) {
      fs.symlinkSync("nowhere", join(root, "dangling"));
      fs.symlinkSync("circle", join(root, "circle"));
      fs.symlinkSync("..", join(root, "deep", "up"));
      fs.symlinkSync("a.txt", join(root, "b.txt"));
    }
    const { code, stdout, stderr } = await count(root);
    assertEquals(code, 0, stdout + stderr);
    assertMatch(stdout, /^text files +5 \(/m);
    assertMatch(stdout, /^distinct contents +4 \(copies: 1\)/m);
    assertMatch(stdout, /^binary files +1 /m);
    assertMatch(stdout, /^words +15 \(6 different\)/m);
    assertMatch(stdout, /^ +6 +uno\n +4 +dos\n +2 +tres\n/m);
    assertMatch(stdout, /^1 worker +[\d.]+ s/m);
    assertStringIncludes(stdout, "All agree on every number above.");
    if (WINDOWS) return;
    assertMatch(stdout, /^errors +2$/m);
    assertStringIncludes(stdout, "  circle: ELOOP\n  dangling: ENOENT\n");
  });

  it("ends with an error and no stack where there is nothing to read", async () => {
    const { code, stdout, stderr } = await count(join(scratch, "nowhere"));
    assertEquals([code, stdout], [2, ""]);
    assertMatch(stderr, /^Cannot count words: ENOENT[^\n]*\n$/);
  });

  it("countFile() finds words and letters that are cut by the end of a piece", () => {
    const rest = "ß".repeat(20) + " end";
    const root = makeTree("pieces", {
      "word": " ".repeat(PIECE - 2) + "whole word",
      "letter": " ".repeat(PIECE - 1) + rest, // the first ß is cut in two
      "endless": "x".repeat(2 * PIECE + 1),
    });
    for (const name of ["word", "letter", "endless"]) countFile(join(root, name));
    const { words, files, contents } = takeTally();
    assertEquals([files, contents.size], [3, 3]);
    const expected = { whole: 1, word: 1, ["ß".repeat(20)]: 1, end: 1 };
    const cut = { ["x".repeat(64)]: 2 * PIECE / 64, x: 1 };
    assertEquals(Object.fromEntries(words), { ...expected, ...cut });
  });

  it("countFile() notes what cannot be read, in a worker that goes on", async () => {
    const root = makeTree("vanishing", { "kept": "one" });
    await using pool = new Pool(1);
    const paths = [join(root, "gone"), join(root, "kept")];
    assertEquals(await pool.map(countFile, paths), [0, 3]);
    const [tally] = await pool.broadcast(takeTally);
    assertEquals(tally instanceof Tally, true);
    assertEquals([...tally.words], [["one", 1]]);
    assertEquals(tally.errors, [`${paths[0]}: ENOENT`]);
  });

  it("a tally without a word crosses as itself", async () => {
    await using pool = new Pool(1);
    assertEquals(await pool.apply(takeTally), new Tally());
  });

  it("walk() goes on past a directory that vanishes, and ends when it is told to", async () => {
    const root = makeTree("walk", { "a": "", "x/b": "", "y/c": "" });
    const errors: string[] = [];
    const found: string[] = [];
    for await (const path of walk(root, { signal: never, onError: (text) => errors.push(text) })) {
      if (found.length === 0) fs.rmSync(join(root, "x"), { recursive: true });
      found.push(path);
    }
    assertEquals(found, [join(root, "a"), join(root, "y", "c")]);
    assertEquals(errors, [`${join(root, "x")}: ENOENT`]);

    const stop = new AbortController();
    let seen = 0;
    for await (const _ of walk(root, { signal: stop.signal, onError: () => {} })) {
      seen++;
      stop.abort();
    }
    assertEquals(seen, 1);
  });

  it("Ctrl-C ends it with a partial result, exit code 130 and nothing left", {
    skip: WINDOWS,
  }, async () => {
    const root = makeTree("many", { "0": "some words to count\n".repeat(2000) });
    for (let i = 1; i < 3000; i++) fs.linkSync(join(root, "0"), join(root, String(i)));
    let pressed = false;
    const script = join(ROOT, "scripts", "run_demo.mjs");
    const node = RUNTIME === "node" ? process.execPath : "node";
    const { code, stdout, stderr } = await run(
      node,
      [script, `--runtime=${RUNTIME}`, root],
      (text, pid) => {
        if (pressed || !text.includes("files 1,")) return;
        pressed = true;
        process.kill(pid, "SIGINT");
        process.kill(pid, "SIGINT"); // npm passes on what the terminal has sent as well
      },
    );
    // run() waits until nobody holds the output any more: no worker and no process is left.
    assertEquals(code, 130, stdout + stderr);
    assertMatch(stdout, /Interrupted: this is what was counted so far\n/);
    const files = Number(stdout.match(/^text files +([\d,]+) /m)?.[1].replace(",", ""));
    assertEquals(files > 0 && files < 3000, true, `${files} files`);
    assertMatch(stdout, new RegExp(`^ +${(files * 2000).toLocaleString("en-US")}  count$`, "m"));
    assertEquals(/^ +at /m.test(stderr), false, stderr);
  });
});
