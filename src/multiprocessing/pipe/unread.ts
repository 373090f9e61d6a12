import { ownNumber } from "../../protocol/living_realms.ts";
import { onWayWith, type SharedHandle } from "../../protocol/shareable.ts";
import type { EventCount } from "../sync/event_count.ts";
import type { Channel } from "./channel.ts";

/**
 * The handles in messages of one realm that wait in a channel to be read. Where nobody is left who could, they
 * are told: an end of a pipe that nobody will receive is closed.
 */
export class Unread {
  readonly #channel: Channel;
  #watchers: EventCount | undefined;
  #handles: SharedHandle[] = [];

  constructor(channel: Channel) {
    this.#channel = channel;
  }

  /** @param copy what `encode` has made of a message */
  add(copy: unknown): void {
    const handles = onWayWith(copy);
    if (handles.length === 0) return;
    const watches = this.#handles.length > 0;
    this.#handles.push(...handles);
    if (!watches) void this.#watch();
  }

  /** As long as there are some: it costs a look every 100 ms. */
  async #watch(): Promise<void> {
    const watchers = this.#watchers ??= this.#channel.watchers();
    const isOver = (): true | undefined => {
      this.#handles = this.#handles.filter((handle) => handle.isOnWay!());
      return this.#handles.length === 0 || !this.#channel.readers.areLiving() || undefined;
    };
    await watchers.waitAside(isOver, ownNumber());
    for (const handle of this.#handles.splice(0)) handle.missed!();
  }
}
