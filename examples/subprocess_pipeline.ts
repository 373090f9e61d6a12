// Three commands in a line, as a shell's `yes | head | sort`, without a shell: each pipe is a web
// stream, what is slow holds back what is fast, and the whole has a deadline.
import { Popen, run, SpawnError, TimeoutExpired } from "@pool/core/subprocess";

if (import.meta.main) {
  const signal = AbortSignal.timeout(20_000); // kills whatever is left by then
  const pipes = { stdin: "pipe", stdout: "pipe", signal } as const;

  await using words = new Popen(["ls", "-1", "/usr/bin"], { stdout: "pipe", signal });
  await using letters = new Popen(["cut", "-c", "1"], pipes);
  await using sorted = new Popen(["sort"], pipes);
  const count = new Map<string, number>();
  await Promise.all([
    words.stdout.pipeTo(letters.stdin),
    letters.stdout.pipeTo(sorted.stdin),
    (async () => {
      const text = await new Response(sorted.stdout).text();
      for (const letter of text.split("\n")) count.set(letter, (count.get(letter) ?? 0) + 1);
    })(),
  ]);
  const most = [...count].sort(([, a], [, b]) => b - a)[0]!;
  console.log(`Most commands begin with ${most[0]}: ${most[1]}`);

  // The same by one command that is given its input, and checked.
  const { stdout } = await run(["sort"], {
    input: "b\na\n",
    stdout: "pipe",
    text: true,
    check: true,
  });
  console.log(stdout); // a b

  for (const args of [["sleep", "60"], ["no-such-command"]]) {
    try {
      await run(args, { timeout: 100 });
    } catch (error) {
      if (error instanceof TimeoutExpired) console.log(`${args[0]} was killed`);
      else if (error instanceof SpawnError) console.log(error.message);
      else throw error;
    }
  }
}
