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

  constructor(link: Link<CellsOps, CellsEngine>, lock: RLock) {
    const { type, length } = link.facts as CellsFacts;
    this.type = type;
    this.length = length;
    this.lock = lock;
    this.#link = link;
  }

  /** New ones, all 0. */
  static make(kind: CellsKind, type: CellType, length: number): SharedCells {
    const facts: CellsFacts = { type, length };
    const link = Link.to(kind, CellsEngine.make(type, length), facts);
    return new SharedCells(link, new RLock());
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

/** What a class with cells is to its links. */
export type CellsKind = Kind<CellsOps, CellsEngine>;

/** Makes it; `wrap` makes the handle. */
export function cellsKind(name: string, wrap: (cells: SharedCells) => SharedHandle): CellsKind {
  return {
    name,
    join: (memory) => new CellsEngine(memory),
    handle: (link) => {
      const { lock } = link.facts as CellsFacts;
      return wrap(new SharedCells(link, reviveShared(lock!) as RLock));
    },
  };
}
