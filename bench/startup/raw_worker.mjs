// What a thread costs by itself: a module that imports nothing, and one message.
const { postMessage } = globalThis;
if (postMessage) postMessage("ready");
else globalThis.process.getBuiltinModule("node:worker_threads").parentPort.postMessage("ready");
