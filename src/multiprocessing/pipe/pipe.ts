import { checkBoolean, checkOptions } from "../../core/options.ts";
import { ownNumber } from "../../protocol/living_realms.ts";
import { Connection } from "./connection.ts";
import { Handle } from "./handle.ts";
import { type End, PipeEngine } from "./pipe_engine.ts";
import { SharedPipe } from "./shared_pipe.ts";
import { Tenure } from "./tenure.ts";

/**
 * What a {@linkcode Pipe} can do.
 *
 * @example
 * ```ts
 * import { Pipe, type PipeOptions } from "@pool/core";
 *
 * const options: PipeOptions = { duplex: true };
 * const [ours, theirs] = Pipe<string, number>(options);
 * await theirs.send("hello");
 * await ours.send(5);
 * console.log(await ours.recv(), await theirs.recv()); // hello 5
 * ```
 */
export interface PipeOptions {
  /** Both ends send and receive, the default; else the first receives and the second sends. */
  readonly duplex?: boolean | undefined;
}

/**
 * A {@linkcode Pipe} in one direction: the first end receives, the second sends.
 *
 * @example
 * ```ts
 * import { type OneWayPipeOptions, Pipe } from "@pool/core";
 *
 * const oneWay: OneWayPipeOptions = { duplex: false };
 * const [receiver, sender] = Pipe<string>(oneWay);
 * await sender.send("hello");
 * console.log(await receiver.recv()); // hello
 * ```
 */
export interface OneWayPipeOptions extends PipeOptions {
  /** Messages go from the second end to the first alone. */
  readonly duplex: false;
}

/**
 * Makes a pipe in one direction and returns its two ends: the first receives what the second sends. Else as
 * the other form of {@linkcode Pipe}. Mirrors `multiprocessing.Pipe(False)`.
 *
 * @example
 * ```ts
 * import { Pipe } from "@pool/core";
 *
 * const [receiver, sender] = Pipe<number>({ duplex: false });
 * await sender.send(1);
 * console.log(await receiver.recv()); // 1
 * ```
 */
export function Pipe<T = unknown>(
  options: OneWayPipeOptions,
): [receiver: Connection<T, never>, sender: Connection<never, T>];
/**
 * Makes a pipe and returns its two ends: what is sent at one is received at the other. Mirrors
 * `multiprocessing.Pipe`.
 *
 * It holds 256 KiB in each direction. It is served by the process in which it was made: in others its
 * ends work as long as that one lives. For ends that are passed on and never received, see
 * {@linkcode Connection}.
 *
 * @example
 * ```ts
 * import { EOFError, Pipe } from "@pool/core";
 *
 * const [receiver, sender] = Pipe({ duplex: false });
 * await sender.send({ hello: "world" });
 * await sender.close();
 * console.log(await receiver.recv()); // { hello: "world" }
 * console.log(await receiver.recv().catch((error) => error instanceof EOFError)); // true
 * ```
 */
export function Pipe<A = unknown, B = unknown>(
  options?: PipeOptions,
): [Connection<A, B>, Connection<B, A>];
export function Pipe<A, B>(
  options?: PipeOptions,
): [Connection<A, B>, Connection<B, A>] {
  const { duplex } = checkOptions(options, "make pipe", ["duplex"]);
  const both = checkBoolean(duplex, "duplex") ?? true;
  const engine = PipeEngine.make(both);
  const pipe = SharedPipe.to(engine);
  const open = (end: End) => {
    const seat = engine.holders[end].take(ownNumber());
    return new Handle(new Tenure(pipe, both, end, seat));
  };
  return [new Connection(open(0)), new Connection(open(1))];
}
