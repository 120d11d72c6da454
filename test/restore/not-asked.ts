/** Steps that nothing in these worlds asks for. */
export function notAsked<K extends string>(...kinds: readonly K[]): Record<K, () => Promise<never>> {
  const refuse = (kind: K) => () => Promise.reject(new Error(`"${kind}" is not asked for here`));
  return Object.fromEntries(kinds.map((kind) => [kind, refuse(kind)])) as Record<K, () => Promise<never>>;
}
