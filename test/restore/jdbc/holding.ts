/** What is under one name: a database of PostgreSQL, or a schema of MySQL. */
export interface Holding {
  content: string;
  /** The run that has made it. */
  readonly madeBy?: string;
}

/** By database of the configuration, by name. */
export type Held = Map<string, Map<string, Holding>>;

export function heldBy(held: Held, database: string): Map<string, Holding> {
  return held.get(database) ?? new Map();
}
