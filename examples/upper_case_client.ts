// Sends lines to the upper case server and prints its answers. `upper_case_client.ts <port>`
// not run by check: it needs its server (tests/upper_case_server_test.ts)
import { connect } from "node:net";
import process from "node:process";
import { createInterface } from "node:readline";

if (import.meta.main) {
  const socket = connect(Number(process.argv[2]), "127.0.0.1");
  const answers = createInterface({ input: socket })[Symbol.asyncIterator]();
  for await (const line of createInterface({ input: process.stdin })) {
    socket.write(`${line}\n`);
    const { value, done } = await answers.next(); // may take a while: others are served
    if (done) throw new Error("Cannot read answer: the server has gone");
    console.log(value);
  }
  socket.end();
}
