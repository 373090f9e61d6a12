/** Builds the package by `deno pack` and packs it: what the other steps install. */
import { copyFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { packFolder } from "../../scripts/build_form.mjs";
import { buildPack, filesOf } from "../../scripts/build_pack.mjs";
import { done, TARBALL, WORK } from "./project.ts";

const folder = join(WORK, "pack");
await buildPack(folder);
copyFileSync(await packFolder(folder, WORK), TARBALL);
const kilobytes = Math.round(statSync(TARBALL).size / 1000);
done(`${filesOf(folder).length} files, ${kilobytes} kB packed`);
