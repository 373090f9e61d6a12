const { join } = require("node:path");
const { pathToFileURL } = require("node:url");
const core = require("@pool/core");
const subprocess = require("@pool/core/subprocess");

import("./checks.mjs").then(async ({ checkLibrary }) => {
  await checkLibrary(core, subprocess, pathToFileURL(join(__dirname, "tasks.mjs")));
  // Both ways lead to one library: what the one marks, the other finds.
  if ((await import("@pool/core")).Pool !== core.Pool) throw new Error("there are two libraries");
  console.log("require works");
});
