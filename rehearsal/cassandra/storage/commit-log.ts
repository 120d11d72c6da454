import { closeSync, ftruncateSync, mkdirSync, openSync, readdirSync, readFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import type { Update } from "./rows.ts";
import { lineOf, parseLine, updateOf } from "./update-line.ts";

export interface Logged {
  /** Id of its table. */
  readonly table: string;
  readonly update: Update;
}

/** Every write that no data file has yet. It is there before the write is answered, so that a killed node has it. */
export class CommitLog {
  readonly #file: number;

  constructor(folder: string) {
    mkdirSync(folder, { recursive: true });
    const [known = "CommitLog-7-1.log"] = readdirSync(folder);
    this.#file = openSync(join(folder, known), "a");
  }

  append({ table, update }: Logged): void {
    writeSync(this.#file, `${JSON.stringify({ t: table, ...lineOf(update) })}\n`);
  }

  /** Once all of it is in data files. */
  forget(): void {
    ftruncateSync(this.#file);
  }

  close(): void {
    closeSync(this.#file);
  }
}

/** What a node that was stopped or killed had written. A last line that is torn was never answered. */
export function loggedIn(folder: string): readonly Logged[] {
  mkdirSync(folder, { recursive: true });
  return readdirSync(folder).flatMap((name) => {
    const lines = readFileSync(join(folder, name), "utf8").split("\n");
    return lines.slice(0, -1).map((line) => {
      const { t = "", ...update } = parseLine(line);
      return { table: t, update: updateOf(update) };
    });
  });
}
