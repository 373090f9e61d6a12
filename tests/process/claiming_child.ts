/** The child's side of a race for jobs: claims cell after cell, and says which it got. */
import process from "node:process";
import { CellFile } from "../../src/adapters/process/cell_file.ts";
import { ChildFileClaims } from "../../src/adapters/process/child_claims.ts";

const [path, rounds, cells] = process.argv.slice(2);
const claims = new ChildFileClaims(CellFile.open(path!), () => process.exit(1));
process.stdin.setEncoding("utf8");
let round = 0;
process.stdin.on("data", (text) => {
  for (const _ of String(text).matchAll(/go\n/g)) {
    const got: number[] = [];
    for (let cell = 0; cell < Number(cells); cell++) {
      const jobId = 1 + round * Number(cells) + cell;
      if (claims.claim(cell, 1, jobId)) got.push(cell);
    }
    process.stdout.write(`${got.join(",")}\n`);
    if (++round === Number(rounds)) process.exit(0);
  }
});
