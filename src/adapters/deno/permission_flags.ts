/** A child's permissions as flags of the command line. */
import { isGranted } from "../permissions.ts";
import { socketPath } from "../process/meeting.ts";

const KINDS = ["read", "write", "net", "env", "run", "sys", "ffi", "import"] as const;
type Kind = typeof KINDS[number];

/** What one kind may be given: all, nothing, what the host has, or a list. */
type Grant = boolean | "inherit" | readonly (string | URL)[];

/** Throws a `TypeError` for what is neither `"inherit"`, `"none"` nor an object of grants. */
export function checkPermissions(permissions: unknown): void {
  for (const [kind, grant] of Object.entries(grantsOf(permissions))) {
    if (!KINDS.includes(kind as Kind)) {
      throw new TypeError(
        `Cannot use permissions: there is no ${kind}; there are ${KINDS.join(", ")}`,
      );
    }
    const isList = Array.isArray(grant) &&
      grant.every((one) => typeof one === "string" || one instanceof URL);
    if (typeof grant === "boolean" || grant === "inherit" || isList) continue;
    throw new TypeError(
      `Cannot use permissions: ${kind} must be true, false, "inherit" or a list of strings`,
    );
  }
}

/**
 * `"inherit"` gives the kinds that this program has without exceptions: Deno tells no program for
 * which paths or hosts it has a part of one. To this comes what every child needs: to read and write
 * in the folder where it meets its host, which is removed when they have met.
 */
export function permissionFlags(permissions: unknown, folder: string): string[] {
  const grants = grantsOf(permissions);
  const own: Partial<Record<Kind, string>> = {
    read: folder,
    write: folder,
    net: `unix:${socketPath(folder)}`,
  };
  return KINDS.flatMap((kind) => {
    const grant = grants[kind] ?? false;
    if (grant === true || (grant === "inherit" && isGranted({ name: kind }))) {
      return [`--allow-${kind}`];
    }
    const list = Array.isArray(grant) ? grant.map(String) : [];
    if (own[kind] !== undefined) list.push(own[kind]);
    return list.length > 0 ? [`--allow-${kind}=${list.map(escapeComma).join(",")}`] : [];
  });
}

function grantsOf(permissions: unknown): Partial<Record<Kind, Grant>> {
  if (permissions === "none") return {};
  if (permissions === undefined || permissions === "inherit") {
    return Object.fromEntries(KINDS.map((kind) => [kind, "inherit"]));
  }
  if (typeof permissions === "object" && permissions !== null && !Array.isArray(permissions)) {
    return permissions;
  }
  throw new TypeError(
    'Cannot use permissions: it must be "inherit", "none" or an object such as { read: ["./data"] }',
  );
}

/** Lists are separated by commas; a comma within an entry is doubled. */
function escapeComma(entry: string): string {
  return entry.replaceAll(",", ",,");
}
