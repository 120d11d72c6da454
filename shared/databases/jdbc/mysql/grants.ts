import type { Asked } from "./tables.ts";

/** What the user may do, where. */
export interface Grant {
  /** `ALL PRIVILEGES` or names such as `SELECT`. */
  readonly privileges: readonly string[];
  /** A pattern of schemas; undefined: everywhere. */
  readonly schema?: string;
  /** One table only. */
  readonly table?: string;
  /** The user's own account, or a role. */
  readonly to: string;
}

/** The user's own grants, and those of the roles that are active. */
export async function readGrants(asked: Asked): Promise<readonly Grant[]> {
  const rows = await asked.query("SHOW GRANTS");
  return rows.flatMap((row) => {
    const grant = grantOf(String(Object.values(row)[0]));
    return grant === undefined ? [] : [grant];
  });
}

/** "GRANT SELECT, SHOW VIEW ON `scalar`.* TO ..."; undefined for a role that is granted. */
export function grantOf(line: string): Grant | undefined {
  const [, list, scope, to = ""] =
    /^GRANT (.+?) ON ((?:\*|`(?:[^`]|``)+`)\.(?:\*|`(?:[^`]|``)+`)) TO ((?:`(?:[^`]|``)+`|'(?:[^']|'')+'|@)+)/s.exec(
      line,
    ) ?? [];
  if (list === undefined || scope === undefined) return undefined;
  const [, schema = "*", table = "*"] = /^(\*|`(?:[^`]|``)+`)\.(.+)$/s.exec(scope) ?? [];
  return {
    // Of single columns: not enough for anything.
    privileges: list.replaceAll(/ \([^)]*\)/g, " OF COLUMNS").split(", "),
    ...(schema !== "*" && { schema: unquoted(schema) }),
    ...(table !== "*" && { table: unquoted(table) }),
    to,
  };
}

function unquoted(name: string): string {
  return name.slice(1, -1).replaceAll("``", "`");
}

/** Those of the privileges that the grants do not give on all of a schema. */
export function missingOn(
  schema: string,
  needed: readonly string[],
  grants: readonly Grant[],
): readonly string[] {
  const counting = grants.filter((grant) => grant.table === undefined && counts(grant, schema, grants));
  return needed.filter(
    (privilege) =>
      !counting.some(
        ({ privileges }) => privileges.includes(privilege) || privileges.includes("ALL PRIVILEGES"),
      ),
  );
}

/** Of an account's grants on schemas, the server goes by the one whose pattern says most, and by no other. */
function counts({ schema: pattern, to }: Grant, schema: string, grants: readonly Grant[]): boolean {
  if (pattern === undefined) return true;
  if (!matches(pattern, schema)) return false;
  return !grants.some(
    (other) =>
      other.to === to &&
      other.table === undefined &&
      other.schema !== undefined &&
      matches(other.schema, schema) &&
      literalLength(other.schema) > literalLength(pattern),
  );
}

/** Up to the first wildcard. */
function literalLength(pattern: string): number {
  const wildcard = /^(?:\\.|[^\\%_])*[%_]/s.exec(pattern);
  return wildcard === null ? Number.POSITIVE_INFINITY : wildcard[0].length;
}

/** Whether a privilege that is not of schemas, such as PROCESS, is granted. */
export function isGranted(privilege: string, grants: readonly Grant[]): boolean {
  return grants.some(
    ({ schema, privileges }) =>
      schema === undefined && (privileges.includes(privilege) || privileges.includes("ALL PRIVILEGES")),
  );
}

/** In a grant "_" is any character and "%" any number of them, unless a backslash stands before. */
function matches(pattern: string, schema: string): boolean {
  const source = pattern.replaceAll(/\\(.)|([%_])|([^\w])/gs, (_, escaped, wild, other) => {
    if (wild !== undefined) return wild === "%" ? ".*" : ".";
    return `\\u{${(escaped ?? other).codePointAt(0).toString(16)}}`;
  });
  return new RegExp(`^${source}$`, "su").test(schema);
}
