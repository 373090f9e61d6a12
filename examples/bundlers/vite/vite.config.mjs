import { defineConfig } from "vite";

export default defineConfig({
  build: {
    ssr: true,
    target: "node24",
    minify: true,
    rollupOptions: {
      input: { main: "src/main.ts", worker: "@pool/core/worker" },
      // All in one folder: the library looks for worker.js beside the file that it is in.
      output: { entryFileNames: "[name].js", chunkFileNames: "[name].js" },
    },
  },
  // Without this the library stays in node_modules, where it works as well.
  ssr: { noExternal: true },
});
