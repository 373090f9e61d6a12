/**
 * The part of JSR that `deno` asks when it loads a package, on loopback: the list of versions, the list of
 * files of a version, and the files. It holds one package and accepts nothing.
 */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join } from "node:path";

const TYPES: Readonly<Record<string, string>> = {
  ".ts": "text/typescript",
  ".js": "text/javascript",
  ".json": "application/json",
  ".md": "text/markdown",
};

/** A package as it would be published. */
export interface Publication {
  /** With its scope: `@scope/name`. */
  readonly name: string;
  readonly version: string;
  readonly exports: Readonly<Record<string, string>>;
  /** Paths below `root`, with slashes. */
  readonly files: readonly string[];
  readonly root: string;
}

/** A registry with one package. Close it. */
export class JsrRegistry implements AsyncDisposable {
  readonly #answers: ReadonlyMap<string, string | Uint8Array>;
  readonly #server: Server;
  /** Paths of all requests so far. */
  readonly requests: string[] = [];

  constructor(publication: Publication) {
    this.#answers = answers(publication);
    this.#server = createServer((request, response) => {
      const path = new URL(request.url ?? "/", "http://localhost").pathname;
      this.requests.push(path);
      const body = this.#answers.get(path);
      const headers = { "content-type": TYPES[extname(path)] ?? "text/plain" };
      response.writeHead(body === undefined ? 404 : 200, headers).end(body ?? "not found");
    });
  }

  /** Listens; resolves to the URL that `JSR_URL` must name. */
  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

function answers({ name, version, exports, files, root }: Publication) {
  const found = new Map<string, string | Uint8Array>();
  const manifest: Record<string, { size: number; checksum: string }> = {};
  for (const file of files) {
    const bytes = readFileSync(join(root, file));
    const checksum = `sha256-${createHash("sha256").update(bytes).digest("hex")}`;
    manifest[`/${file}`] = { size: bytes.length, checksum };
    found.set(`/${name}/${version}/${file}`, bytes);
  }
  const [scope, packageName] = name.slice(1).split("/");
  // Old enough for everybody's smallest age of a dependency.
  const versions = { [version]: { createdAt: "2020-01-01T00:00:00Z" } };
  const meta = { scope, name: packageName, latest: version, versions };
  found.set(`/${name}/meta.json`, JSON.stringify(meta));
  found.set(`/${name}/${version}_meta.json`, JSON.stringify({ manifest, exports }));
  return found;
}
