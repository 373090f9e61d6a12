/**
 * Whose a handle is. It begins where the handle was made, or came, and ends when it is closed or passed on:
 *
 *     open ─▶ closed
 *     open ─▶ sent ─▶ open      the message was not sent after all
 *     open ─▶ missed            it came, but another worker had it before, or its sender had ended
 */
import { InvalidStateError, ProcessError } from "../../core/errors.ts";
import { ownNumber } from "../../protocol/living_realms.ts";
import { PARTS, type Pass, reviveShared, type SharedParts } from "../../protocol/shareable.ts";
import type { Seat } from "./holders.ts";
import type { End } from "./pipe_engine.ts";
import { MISSED } from "./served_pipe.ts";
import type { SharedPipe } from "./shared_pipe.ts";

/** What travels of a handle beside its pipe. */
interface Facts {
  readonly pipe: string;
  /** Goes with the pipe, which the handle is not. */
  readonly pass: Pass | undefined;
  readonly duplex: boolean;
  readonly end: End;
  readonly seat: Seat;
  /** Its ticket may still be as old as this: its sender's own adoption is on the way. */
  readonly since: number;
}

type State = "open" | "closed" | "sent" | "missed";

const WHY_NOT: Readonly<Record<Exclude<State, "open">, string>> = {
  closed: "the connection is closed",
  sent: "the connection was passed on",
  missed: MISSED,
};

/** One realm's hold of a seat at one end of a pipe. */
export class Tenure {
  readonly pipe: SharedPipe;
  readonly duplex: boolean;
  readonly end: End;
  readonly seat: Seat;
  #since: number;
  #state: State = "open";
  #arrival: Promise<void> | undefined;

  constructor(pipe: SharedPipe, duplex: boolean, end: End, seat: Seat) {
    this.pipe = pipe;
    this.duplex = duplex;
    this.end = end;
    this.seat = seat;
    this.#since = seat.ticket;
  }

  /** Of a handle that came; see {@linkcode Tenure.depart}. */
  static arrive({ via, memory, facts }: SharedParts): Tenure {
    const { pipe: id, pass, duplex, end, seat, since } = facts as Facts;
    const pipe = reviveShared({ kind: "Pipe", id, via, memory, pass }) as SharedPipe;
    const { place, ticket } = seat;
    const tenure = new Tenure(pipe, duplex, end, { place, ticket: ticket + 1 });
    tenure.#since = since;
    tenure.#adopt(seat);
    return tenure;
  }

  get isOpen(): boolean {
    return this.#state === "open";
  }

  /** Until the memory is here that another thread shares, and the handle with it. */
  get arrival(): Promise<void> | undefined {
    return this.#arrival;
  }

  /** Throws where it is over. */
  check(call: string): void {
    if (this.#state === "open") return;
    throw new InvalidStateError(`Cannot ${call}: ${WHY_NOT[this.#state]}`);
  }

  /** Takes the handle apart; it is this realm's until {@linkcode Tenure.left}. */
  depart(shared: boolean): SharedParts {
    const { id, via, memory, pass } = this.pipe[PARTS](shared);
    const { duplex, end, seat } = this;
    const facts: Facts = { pipe: id, pass, duplex, end, seat, since: this.#since };
    const name = `${id} ${end}.${seat.place}.${seat.ticket}`;
    const rest = { kind: "Connection", id: name, via, facts, ...(pass && { pass }) };
    return memory === undefined ? rest : { ...rest, memory };
  }

  /** It is its receiver's now. */
  left(): void {
    this.#state = "sent";
  }

  /** The message with which it left was not sent. */
  back(): void {
    if (this.#state === "sent") this.#state = "open";
  }

  /** Nobody will receive it any more: where nobody has, it ends here. */
  missed(): void {
    if (this.#state === "sent") void this.#release();
  }

  /** Whether it was passed on, and nobody has received it as far as is known here. */
  get isOnWay(): boolean {
    if (this.#state !== "sent") return false;
    const { near } = this.pipe.link;
    return near === undefined || near.caller(this.end, ownNumber(), this.seat).isOpen();
  }

  async close(): Promise<void> {
    if (!this.isOpen) return;
    this.#state = "closed";
    await this.#release();
  }

  /** Where it cannot be said any more, it is closed already. */
  async #release(): Promise<void> {
    if (this.#arrival) await this.#arrival;
    await settled(() => this.pipe.link.ops.close(this.end, this.seat));
  }

  #adopt(seat: Seat): void {
    const { link } = this.pipe;
    const since = this.#since;
    const adopt = () => link.ops.adopt(this.end, seat, since);
    const end = (adopted: boolean | undefined): void => {
      if (adopted) this.#since = this.seat.ticket;
      else if (adopted === false && this.isOpen) this.#state = "missed";
    };
    if (link.near) return end(adopt() as boolean);
    const adopted = link.attaching
      ? this.#arrival = link.attaching.then(() => settled(adopt)).then(end)
      : settled(adopt).then(end);
    void adopted;
  }
}

/** The result of a call; nothing where the pipe is gone with the process that served it. */
export async function settled<T>(call: () => T | Promise<T>): Promise<T | undefined> {
  try {
    return await call();
  } catch (error) {
    if (error instanceof ProcessError) return undefined;
    throw error;
  }
}
