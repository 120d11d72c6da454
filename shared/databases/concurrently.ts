/** Maps with at most `atATime` under way; results in order, the first failure is thrown. */
export async function concurrently<A, B>(
  atATime: number,
  items: readonly A[],
  map: (item: A) => Promise<B>,
): Promise<readonly B[]> {
  const results = new Array<B>(items.length);
  const rest = items.entries();
  const work = async () => {
    for (const [index, item] of rest) results[index] = await map(item);
  };
  await Promise.all(Array.from({ length: Math.min(atATime, items.length) }, work));
  return results;
}
