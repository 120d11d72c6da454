import { appendFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { CatalogLog } from "../../shared/catalog/logged-store.ts";
import { messageOf } from "../../shared/errors/stillpoint-error.ts";
import type { Shell } from "./shell.ts";

const FILE_NAME = "stillpoint-catalog.log";
const FILE_MODE = 0o600;

/** One for each command, which may open its catalog again and again. */
const logs = new WeakMap<Shell, CatalogLog>();

/**
 * Where the lines go that a lost catalog is rebuilt from. Into standard error where that goes on to a file or a
 * program; a person at a terminal would look for the verdict among them, and the terminal forgets them.
 */
export function catalogLogOf(shell: Shell, configPath: string): CatalogLog {
  if (!shell.watched) return shell.log;
  const log = logs.get(shell) ?? fileLog(shell, join(dirname(configPath), FILE_NAME));
  logs.set(shell, log);
  return log;
}

function fileLog(shell: Shell, file: string): CatalogLog {
  let told = false;
  let failed = false;
  return (line) => {
    try {
      const entry = { level: "info", timestamp: new Date().toISOString(), ...line };
      // At once: the process may die in the middle of what it does next.
      appendFileSync(file, `${JSON.stringify(entry)}\n`, { mode: FILE_MODE });
      if (!told) shell.warn(`catalog log  ${file}`);
      told = true;
    } catch (error) {
      if (!failed)
        shell.warn(
          `warning: cannot write the catalog log "${file}": ${messageOf(error)}; the catalog itself is written, ` +
            "but could not be rebuilt from its logs",
        );
      failed = true;
    }
  };
}
