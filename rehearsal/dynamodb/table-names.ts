import type { Tables } from "./tables.ts";

/**
 * A batch names its tables as member names, which may be ARNs. The backend is asked by plain names, and the
 * client is answered with the names that it used.
 */
export function plainNames<T>(tables: Tables, byTable: { readonly [nameOrArn: string]: T }) {
  const asked = new Map(Object.keys(byTable).map((nameOrArn) => [tables.nameOf(nameOrArn), nameOrArn]));
  const plain = Object.fromEntries(
    Object.entries(byTable).map(([name, value]) => [tables.nameOf(name), value]),
  );
  const asAsked = (answered: unknown) =>
    Object.fromEntries(
      Object.entries(answered ?? {}).map(([name, value]) => [asked.get(name) ?? name, value as T]),
    );
  return { plain, asAsked };
}
