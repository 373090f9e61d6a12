// A TCP server that turns text to upper case. It serves as many clients at once as it has workers; the
// others wait for their turn. `upper_case_server.ts [thread|process] [workers] [port]`
//
// A socket belongs to the thread that accepted it, so that the main program keeps it and speaks to a
// worker through a pipe. The worker has one job for each client, from the first text to the last: the
// pool's own queue is where the others wait. SIGINT or SIGTERM ends it when all clients have gone.
// not run by check: it serves until it is told to end (tests/upper_case_server_test.ts)
import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import process from "node:process";
import { type Connection, Pipe, Pool, task, Value } from "@pool/core";

/** Serves one client until it has gone; returns how many were served when it came. */
export const serve = task(
  import.meta,
  async function serve(client: Connection<string, string>, busy: Value<"i32">) {
    const served = await busy.add(1);
    try {
      for await (const text of client) await client.send(text.toUpperCase());
      return served;
    } finally {
      await busy.add(-1);
      await client.close();
    }
  },
);

/** Carries texts from the socket to the worker and back, one at a time. */
async function connect(socket: Socket, worker: Connection<string, string>) {
  await using _worker = worker;
  for await (const text of socket.setEncoding("utf8")) {
    await worker.send(text);
    socket.write(await worker.recv());
  }
}

if (import.meta.main) {
  const backend = process.argv[2] === "process" ? "process" : "thread";
  const [workers, port] = [Number(process.argv[3] ?? 3), Number(process.argv[4] ?? 0)];
  const pool = new Pool({ workers, backend });
  const busy = new Value("i32", 0);
  let clients = 0, most = 0;

  const server = createServer(async (socket) => {
    const [ours, theirs] = Pipe<string, string>();
    try {
      const [served] = await Promise.all([
        pool.apply(serve, [theirs, busy]),
        connect(socket, ours),
      ]);
      clients++;
      most = Math.max(most, served);
    } catch (error) {
      console.error(`A client was lost: ${error}`);
    }
  });
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  console.log("port", (server.address() as AddressInfo).port);

  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => server.close());
  await once(server, "close"); // when the last client has gone
  pool.close();
  await pool.join();
  console.log(`${clients} clients were served, at most ${most} at once`);
}
