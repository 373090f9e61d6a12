import { PARTS, type SharedHandle, type SharedParts } from "../../protocol/shareable.ts";
import { type Kind, Link } from "../sharing/link.ts";
import { Packer } from "../sharing/packer.ts";
import { PipeEngine } from "./pipe_engine.ts";
import type { PipeOps } from "./served_pipe.ts";

/** What pipes are to their links. */
export const PIPE: Kind<PipeOps, PipeEngine> = {
  name: "Pipe",
  join: (memory) => new PipeEngine(memory),
  handle: (link) => new SharedPipe(link),
};

/** A pipe as one realm knows it: all connections there have it in common. */
export class SharedPipe implements SharedHandle {
  readonly link: Link<PipeOps, PipeEngine>;
  #packer: Packer | undefined;

  constructor(link: Link<PipeOps, PipeEngine>) {
    this.link = link;
  }

  /** For a new pipe. */
  static to(engine: PipeEngine): SharedPipe {
    return new SharedPipe(Link.to(PIPE, engine));
  }

  /** Packs what is sent. */
  get packer(): Packer {
    return this.link.near?.packer ?? (this.#packer ??= new Packer());
  }

  /** Unpacks what came into its memory. */
  get unpacker(): Packer {
    return this.link.near?.unpacker ?? (this.#packer ??= new Packer());
  }

  [PARTS](shared: boolean): SharedParts {
    return this.link.parts(this, shared);
  }
}
