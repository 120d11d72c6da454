import { canonicalJson } from "../../workflow/canonical-json.ts";

/** Whether two policies say the same. Revision ids, the order of keys and lists, and lists of one are no difference. */
export function isSamePolicy(one: string | null, other: string | null): boolean {
  return meaningOf(one) === meaningOf(other);
}

function meaningOf(policy: string | null): string {
  if (policy === null) return "";
  try {
    return canonicalJson(unordered(JSON.parse(policy)));
  } catch {
    return policy;
  }
}

/** In a policy every list is a set, and a list of one may be written without its brackets. */
function unordered(value: unknown): unknown {
  if (Array.isArray(value)) {
    const members = value.map(unordered);
    if (members.length === 1) return members[0];
    return members.sort((a, b) => (canonicalJson(a) < canonicalJson(b) ? -1 : 1));
  }
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, unordered(member)]));
}
