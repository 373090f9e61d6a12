import { parentPort } from "node:worker_threads";

parentPort.postMessage("up");
setInterval(() => {}, 2 ** 30);
