/**
 * Builds the npm package by dnt: `npm run build:npm [folder]`, by default dist/npm. dnt is on JSR alone; where
 * that cannot be reached, scripts/build_pack.mjs builds the same package by `deno pack`, and
 * `npm run test:package` compares the two where both can be built.
 */
import process from "node:process";
import { join, resolve } from "node:path";
import { NO_DNT, packageJson, packFolder, sourceEntries, writeTopFiles } from "./build_form.mjs";
import { bundleForm } from "./bundle_form.mjs";
import { ROOT } from "./runtimes.mjs";

type Dnt = typeof import("@deno/dnt");

async function loadDnt(): Promise<Dnt> {
  try {
    return await import("@deno/dnt");
  } catch (error) {
    // Every message about a registry that gives nothing names it.
    if (!/jsr/i.test(String(error))) throw error;
    console.error(
      "Cannot build by dnt: JSR, where dnt is, cannot be reached; " +
        "`npm run build:pack` builds the same package by `deno pack`",
    );
    process.exit(NO_DNT);
  }
}

async function build(folder: string): Promise<void> {
  const dnt = await loadDnt();
  await dnt.emptyDir(folder);
  const { exports: _, type: __, ...description } = packageJson("esm");
  await dnt.build({
    entryPoints: Object.entries(sourceEntries()).map(([name, path]) => ({ name, path })),
    outDir: folder,
    cwd: ROOT,
    // Nothing of Deno is used that Node has not.
    shims: {},
    test: false,
    typeCheck: "both",
    // In CommonJS `import(url)` would become `require()`, which loads no modules by their URL.
    scriptModule: false,
    declaration: "inline",
    skipSourceOutput: true,
    // Bundlers look for `new URL("./worker.js", import.meta.url)` as it is.
    polyfills: { importMeta: false },
    compilerOptions: {
      target: "ES2022",
      lib: ["ESNext", "DOM", "DOM.Iterable"],
      sourceMap: true,
      inlineSources: true,
    },
    // dnt writes a package.json of its own, which `writeTopFiles` replaces.
    package: { ...description, devDependencies: { "@types/node": "^22.20.5" } },
  });
  for (const name of ["package-lock.json", "node_modules", ".npmignore"]) {
    await Deno.remove(join(folder, name), { recursive: true }).catch(() => {});
  }
  await bundleForm(join(folder, "esm"));
  writeTopFiles(folder, "esm");
}

const folder = resolve(process.argv[2] ?? join(ROOT, "dist", "npm"));
await build(folder);
console.log(`Built ${await packFolder(folder, resolve(folder, ".."))}`);
