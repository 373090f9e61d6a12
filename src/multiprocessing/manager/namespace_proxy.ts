import { checkString } from "../../core/options.ts";
import { PARTS, type SharedParts } from "../../protocol/shareable.ts";
import { ManagedDict } from "./managed_dict.ts";
import type { ManagedKind } from "./managed_object.ts";
import type { ObjectLink } from "./object_link.ts";
import { refuseJson } from "../sharing/refuse_json.ts";

/**
 * Names with values that live in a {@linkcode Manager}: all workers that have this proxy see the same
 * ones. Mirrors `multiprocessing.managers.NamespaceProxy`, whose attributes are calls here.
 *
 * Values are copied and errors told as by a {@linkcode DictProxy}.
 *
 * @example
 * ```ts
 * import { Manager } from "@pool/core";
 *
 * await using manager = await Manager.start();
 * const settings = await manager.namespace({ host: "localhost", port: 80 });
 * await settings.set("port", 8080);
 * console.log(await settings.get("host"), await settings.get("port")); // localhost 8080
 * ```
 */
export class NamespaceProxy<T extends object = Record<string, unknown>> {
  readonly #link: ObjectLink;

  /** @ignore made by `manager.namespace()` */
  constructor(link: ObjectLink) {
    this.#link = link;
  }

  /** A copy of what has this name, or `undefined`. Python raises where nothing has it. */
  get<N extends keyof T & string>(name: N): Promise<T[N] | undefined> {
    return this.#call("get", name);
  }

  /** Gives a copy of a value this name. */
  set<N extends keyof T & string>(name: N, value: T[N]): Promise<void> {
    return this.#call("set", name, value);
  }

  /** Removes a name; whether something had it. */
  delete(name: keyof T & string): Promise<boolean> {
    return this.#call("delete", name);
  }

  /** @ignore */
  [PARTS](): SharedParts {
    return this.#link.parts();
  }

  /** @ignore */
  came(): void {
    this.#link.came();
  }

  /** Throws: JSON cannot carry it. */
  toJSON(): never {
    return refuseJson("NamespaceProxy");
  }

  async #call<R>(method: string, name: string, ...rest: unknown[]): Promise<R> {
    checkName(name);
    return await this.#link.call(method, name, ...rest);
  }
}

/** What namespaces are to their manager. */
export const NAMESPACE: ManagedKind = {
  name: "NamespaceProxy",
  make: (entries: readonly [string, unknown][]) => new ManagedDict(entries),
  proxy: (link) => new NamespaceProxy(link),
};

function checkName(name: unknown): void {
  if (typeof name !== "string") checkString(name ?? null, "name");
}
