// The last step of both forms of the npm package: its modules joined into a few files.
//
// Every thread imports the module of its tasks, and with it all of the library: two hundred small files cost
// each worker more than all the rest of its start. Declarations stay one for each module.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { rollup } from "rollup";
import { builtEntries } from "./build_form.mjs";

/** Where chunks go: beside the worker's entry, which is looked for beside the code that starts it. */
const CHUNKS = "src/adapters/[name].js";
const WORKER = 'new URL("./worker.js", import.meta.url)';

/** Joins the modules of the folder, in place. */
export async function bundleForm(folder) {
  const paths = Object.values(builtEntries());
  const bundle = await rollup({
    input: Object.fromEntries(
      paths.map((path) => [path.slice(0, -".js".length), join(folder, path)]),
    ),
    external: /^node:/,
    plugins: [sourceMaps],
    onLog: (level, log) => {
      // Modules that know each other are no harm where nothing runs at their import.
      if (log.code !== "CIRCULAR_DEPENDENCY") {
        throw new Error(`Cannot bundle: ${level}: ${log.message}`);
      }
    },
  });
  const { output } = await bundle.generate({
    dir: folder,
    format: "es",
    sourcemap: true,
    chunkFileNames: CHUNKS,
  });
  await bundle.close();
  removeModules(folder);
  for (const { fileName, code, source } of output) {
    mkdirSync(dirname(join(folder, fileName)), { recursive: true });
    writeFileSync(join(folder, fileName), code ?? source);
    if (code?.includes(WORKER) && dirname(fileName) !== dirname(CHUNKS)) {
      throw new Error(`Cannot bundle: ${fileName} would look for the worker in the wrong folder`);
    }
  }
}

/** So that maps lead to the sources, not to what was built from them. */
const sourceMaps = {
  name: "source-maps",
  load(path) {
    const [code] = readFileSync(path, "utf8").split(/\n\/\/# sourceMappingURL=\S+\s*$/);
    return { code, map: readMap(path) };
  },
};

/** A module of types alone has no map. */
function readMap(path) {
  try {
    return JSON.parse(readFileSync(`${path}.map`, "utf8"));
  } catch (error) {
    if (error.code !== "ENOENT") throw error;
    return { mappings: "" };
  }
}

function removeModules(folder) {
  for (const name of readdirSync(folder, { recursive: true })) {
    if (/\.js(\.map)?$/.test(name)) rmSync(join(folder, name));
  }
}
