/** What `deno publish` would send to JSR. */
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { sourceEntries } from "../../scripts/build_form.mjs";
import { must } from "../../scripts/build_tools.mjs";
import { ROOT } from "../../scripts/runtimes.mjs";
import { runtimes } from "./project.ts";

/** Paths from the top, with slashes, as `deno publish --dry-run` lists them. */
export async function publishedFiles(): Promise<string[]> {
  const args = ["publish", "--dry-run", "--allow-dirty"];
  const { output } = await must(runtimes.deno, args, { timeout: 60_000 });
  const top = pathToFileURL(join(ROOT, "/")).href;
  const listed = output.matchAll(/(file:\/\/\S+) \([\d.]+ ?[KMG]?B\)/g);
  const files = [...listed].map(([, url = ""]) => url.slice(top.length));
  if (!files.includes("mod.ts")) throw new Error(`Cannot read the list of files:\n${output}`);
  return files.sort();
}

interface Graph {
  readonly modules: readonly { readonly specifier: string }[];
}

/** Paths of the modules that are reached from what deno.json exports. */
export async function moduleGraph(): Promise<Set<string>> {
  const top = pathToFileURL(join(ROOT, "/")).href;
  const paths = new Set<string>();
  for (const entry of Object.values<string>(sourceEntries())) {
    const { stdout } = await must(runtimes.deno, ["info", "--json", entry]);
    const graph: Graph = JSON.parse(stdout);
    for (const { specifier } of graph.modules) {
      if (specifier.startsWith(top)) paths.add(specifier.slice(top.length));
    }
  }
  return paths;
}
