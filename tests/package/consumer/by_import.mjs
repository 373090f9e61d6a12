import * as core from "@pool/core";
import * as subprocess from "@pool/core/subprocess";
import { checkLibrary } from "./checks.mjs";
import { square } from "./tasks.mjs";

const pool = new core.ThreadPool(1);
if (await pool.apply(square, [3]) !== 9) throw new Error("a task from its own module gave no 9");
await pool.terminate();
await checkLibrary(core, subprocess, import.meta.resolve("./tasks.mjs"));
console.log("import works");
