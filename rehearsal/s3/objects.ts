/** What a bucket holds, by key: as much of a `Map` as is needed, wherever the contents are. */
export interface Objects {
  readonly size: number;
  get(key: string): Buffer | undefined;
  set(key: string, content: Buffer): void;
  has(key: string): boolean;
  delete(key: string): boolean;
  clear(): void;
  keys(): Iterable<string>;
  bytesOf(key: string): number;
}

export function memoryObjects(): Objects {
  const contents = new Map<string, Buffer>();
  return Object.assign(contents, { bytesOf: (key: string) => contents.get(key)?.length ?? 0 });
}

/** One page of the keys under a prefix, in their order, of which there may be more. */
export function pageOf(
  objects: Objects,
  { prefix, after, most }: { readonly prefix: string; readonly after: string; readonly most: number },
): { readonly keys: readonly string[]; readonly isLast: boolean } {
  const keys = [...objects.keys()].filter((key) => key.startsWith(prefix) && key > after).sort();
  return { keys: keys.slice(0, most), isLast: keys.length <= most };
}
