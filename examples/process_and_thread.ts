// A child process and a thread for one function each: names, exit codes, an end by force.
import process from "node:process";
import { activeChildren, currentProcess, Process, task, Thread } from "@pool/core";

export const greet = task(import.meta, function greet(name: string) {
  console.log(`hello ${name}, from ${currentProcess().name}`);
});

export const quit = task(import.meta, function quit(code: number) {
  process.exit(code);
});

export const spin = task(import.meta, function spin() {
  for (;;);
});

if (import.meta.main) {
  const greeter = new Process({ target: greet, args: ["bob"] });
  greeter.start();
  await greeter.join(); // hello bob, from Process-1
  console.log(greeter.name, greeter.exitCode, greeter.isAlive()); // Process-1 0 false

  await using thread = new Thread({ target: quit, args: [3], name: "Quitter" });
  thread.start();
  await thread.join();
  console.log(thread.name, thread.exitCode); // Quitter 3

  const spinner = new Process({ target: spin, daemon: true });
  spinner.start();
  console.log(await spinner.join({ timeout: 200 }), activeChildren().length); // false 1
  spinner.terminate();
  await spinner.join();
  console.log(spinner.exitCode, activeChildren().length); // -15 0
}
