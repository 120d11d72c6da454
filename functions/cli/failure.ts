import type { Failure } from "../../shared/errors/stillpoint-error.ts";
import { ERRORS, type ErrorCode } from "../../shared/errors/table.ts";

/** What is known of where a failure happened, to make the advice a command that can be typed as it stands. */
export interface Circumstances {
  /** Where it was named on the command line, or where several are configured. */
  readonly deployment?: string;
  readonly run?: {
    readonly id: string;
    readonly deployment: string;
    readonly mode: "in-place" | "side-by-side";
    /** `planned`: nothing was begun, so there is nothing to resume. */
    readonly begun: boolean;
  };
  /** The logs that a catalog was to be rebuilt from. */
  readonly rebuild?: { readonly files: readonly string[]; readonly incomplete: boolean };
  readonly config?: string;
}

/** A failure as people and programs are told. */
export interface Failed {
  readonly code: ErrorCode;
  readonly message: string;
  readonly meaning: string;
  readonly next: string;
  readonly exit: number;
}

export function adviceOn({ code, message }: Failure, about: Circumstances): Failed {
  const { meaning, next, exit } = ERRORS[code];
  return { code, message, meaning, next: typeable(nextFor(code, next, about), about), exit };
}

/** What ends a run without ending it is answered by going on with that run. */
function nextFor(code: ErrorCode, next: string, { run, rebuild }: Circumstances): string {
  if (rebuild !== undefined)
    return next.replaceAll("stillpoint catalog import FILE", () => rebuildCommand(rebuild));
  if (run === undefined) return next;
  const goOn = run.begun ? `stillpoint restore resume ${run.id}` : startCommand(run);
  if (code === "CONFIRMATION_NEEDED") return run.begun ? `${goOn} --confirm ${run.deployment}` : goOn;
  if (code === "INTERRUPTED") return goOn;
  return next.replaceAll("stillpoint restore resume RUN", goOn).replaceAll("RUN", run.id);
}

/** The exact command that carries out a plan. */
export function startCommand({ id, deployment, mode }: NonNullable<Circumstances["run"]>): string {
  const confirm = mode === "in-place" ? ` --confirm ${deployment}` : "";
  return `stillpoint restore --plan ${id}${confirm}`;
}

function rebuildCommand({ files, incomplete }: NonNullable<Circumstances["rebuild"]>): string {
  return `stillpoint catalog rebuild ${files.map(quoted).join(" ")}${incomplete ? " --incomplete" : ""}`;
}

/** Commands that act on one deployment need its name where there are several. */
const NAMED = /\bstillpoint (backup|expire|list|plan|unpause|status)\b/g;

export function typeable(text: string, { deployment, config }: Circumstances): string {
  const named = deployment === undefined ? text : text.replaceAll(NAMED, `$& ${quoted(deployment)}`);
  return config === undefined
    ? named
    : named.replaceAll(/\bstillpoint (?=[a-z])/g, `stillpoint -c ${quoted(config)} `);
}

function quoted(word: string): string {
  return /^[\w./:@-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
