/* @ts-self-types="./worker.d.ts" */
// A real .js file, named by a literal URL: what every packager, bundler and registry finds and keeps.
import { enterWorker } from "./worker_entry.ts";

enterWorker();
