/** What `Value` and `SharedArray` are made of: cells, and the lock that travels with them. */
import {
  PARTS,
  reviveShared,
  type SharedHandle,
  type SharedParts,
} from "../../protocol/shareable.ts";
import { type Kind, Link } from "../sharing/link.ts";
import type { CellType } from "./cell_types.ts";
import { CellsEngine, type CellsOps } from "./cells_engine.ts";
import { RLock } from "./rlock.ts";

/** What never changes of cells. */
interface CellsFacts {
  readonly type: CellType;
  readonly length: number;
  /** The lock, taken apart; in messages alone. */
  readonly lock?: SharedParts;
}

/** The cells of one handle. */
export class SharedCells {
  readonly type: CellType;
  readonly length: number;
  readonly lock: RLock;
  readonly #link: Link<CellsOps, CellsEngine>;

  private constructor(link: Link<CellsOps, CellsEngine>, lock: RLock) {
    const { type, length } = link.facts as CellsFacts;
    this.type = type;
    this.length = length;
    this.lock = lock;
    this.#link = link;
  }

  /** New ones, all 0. */
  static make(name: string, type: CellType, length: number): SharedCells {
    const facts: CellsFacts = { type, length };
    const link = Link.to(kindOf(name), CellsEngine.make(type, length), facts);
    return new SharedCells(link, new RLock());
  }

  /** Those that came from another realm. */
  static from(parts: SharedParts): SharedCells {
    const { lock } = parts.facts as CellsFacts;
    return new SharedCells(Link.from(kindOf(parts.kind), parts), reviveShared(lock!) as RLock);
  }

  get ops(): CellsOps {
    return this.#link.ops;
  }

  /** See {@linkcode Link.engine}. */
  engine(call: string): CellsEngine {
    return this.#link.engine(call);
  }

  /** Takes a handle apart, and the lock with it. */
  parts(handle: SharedHandle, shared: boolean): SharedParts {
    const { type, length } = this;
    const facts: CellsFacts = { type, length, lock: this.lock[PARTS](shared) };
    return { ...this.#link.parts(handle, shared, this.lock), facts };
  }
}

function kindOf(name: string): Kind<CellsOps, CellsEngine> {
  return {
    name,
    join: (memory) => new CellsEngine(memory),
  };
}
