/** The server of examples/ and its clients: as many at once as there are workers, the others later. */
import process from "node:process";
import { describe } from "node:test";
import { assertEquals } from "@std/assert";
import { it } from "./conformance/bounded.ts";
import { type Program, start } from "./programs.ts";

const WORKERS = 3;

/** Starts a server on a port of the system's choice, and so many clients that say a word each. */
async function connect(backend: string, clients: number): Promise<[Program, Program[]]> {
  const server = start("upper_case_server.ts", [backend, String(WORKERS)]);
  const [line] = await server.lines(1);
  const started = Array.from({ length: clients }, (_, i) => {
    const client = start("upper_case_client.ts", [line!.replace("port ", "")]);
    client.child.stdin.write(`grüße ${i}\n`);
    return client;
  });
  return [server, started];
}

const answer = async (client: Program) => {
  await client.lines(1);
  return client;
};

async function end(server: Program): Promise<string> {
  // By its id: after child.kill() Deno says that the signal ended it, whatever it was.
  process.kill(server.child.pid!, "SIGTERM");
  const { end, stdout, stderr } = await server.outcome;
  assertEquals({ end, stderr }, { end: 0, stderr: "" });
  return stdout.split("\n")[1]!;
}

describe("upper_case_server.ts", () => {
  for (const backend of ["thread", "process"]) {
    it(`serves three of five clients at once on ${backend}, and the others when these have gone`, async () => {
      const [server, clients] = await connect(backend, 5);
      const waiting = new Map(clients.map((client) => [client, answer(client)]));
      const served: Program[] = [];
      const next = async () => {
        const client = await Promise.race(waiting.values());
        waiting.delete(client);
        served.push(client);
      };
      for (let i = 0; i < WORKERS; i++) await next();
      // Whoever leaves makes room for one more.
      for (const client of served) {
        client.child.stdin.end(`bye\n`);
        if (waiting.size > 0) await next();
      }
      const outcomes = await Promise.all(clients.map(({ outcome }) => outcome));
      for (const [i, outcome] of outcomes.entries()) {
        assertEquals(outcome, { end: 0, stdout: `GRÜSSE ${i}\nBYE\n`, stderr: "" });
      }
      assertEquals(await end(server), "5 clients were served, at most 3 at once");
    });
  }

  it("gives the place of a client that is killed to another", async () => {
    const [server, clients] = await connect("thread", WORKERS);
    await Promise.all(clients.map(answer));
    const last = start("upper_case_client.ts", [(await server.lines(1))[0]!.replace("port ", "")]);
    last.child.stdin.end("me too\n");
    clients[0]!.child.kill("SIGKILL");
    assertEquals(await last.outcome, { end: 0, stdout: "ME TOO\n", stderr: "" });
    for (const client of clients.slice(1)) client.child.stdin.end();
    await Promise.all(clients.map(({ outcome }) => outcome));
    assertEquals(await end(server), "4 clients were served, at most 3 at once");
  });
});
