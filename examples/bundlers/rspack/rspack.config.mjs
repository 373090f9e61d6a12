import { join } from "node:path";

export default {
  mode: "production",
  target: "node24",
  entry: { main: "./src/main.ts", worker: "@pool/core/worker" },
  output: {
    path: join(import.meta.dirname, "dist"),
    filename: "[name].js",
    module: true,
    chunkFormat: "module",
  },
  module: {
    // The bundle's own URLs are meant, as they are when it runs: webpack has the same two options.
    parser: { javascript: { url: false, importMeta: false } },
    rules: [
      {
        test: /\.ts$/,
        loader: "builtin:swc-loader",
        options: { jsc: { parser: { syntax: "typescript" }, target: "es2022" } },
        type: "javascript/esm",
      },
    ],
  },
};
