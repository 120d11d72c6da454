import { Transform, type TransformCallback } from "node:stream";
import { StillpointError } from "../../../errors/stillpoint-error.ts";
import { quoted } from "../../sql/quote.ts";
import type { Names } from "../server.ts";

const LINE_END = 0x0a;
const USE = Buffer.from("USE `");
const CREATE = Buffer.from("CREATE DATABASE ");
const DELIMITER = Buffer.from("DELIMITER ");
const COMPLETED = Buffer.from("-- Dump completed");
const COMMANDS = [USE, CREATE, DELIMITER, COMPLETED];
const FIRST_BYTES = new Set(COMMANDS.map((command) => command[0]));
/** A name has up to 64 characters of 4 bytes, each perhaps written twice. */
const LONGEST_LINE = 4_096;

/**
 * A dump on its way to the client, with each `USE` naming the schema's target and no `CREATE DATABASE`. Only lines that
 * the tool itself writes begin like that: line ends in values, comments and definitions are escaped, and bodies of
 * triggers stand between lines with DELIMITER. Memory stays constant however long the lines are.
 */
export class RenamedDump extends Transform {
  readonly #targets: Names;
  /** The beginning of a line that may be a command, until it is known. */
  #begun: Buffer = Buffer.alloc(0);
  #atLineStart = true;
  #inBody = false;
  #isComplete = false;

  constructor(targets: Names) {
    super();
    this.#targets = targets;
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    try {
      this.#take(this.#begun.length === 0 ? chunk : Buffer.concat([this.#begun, chunk]));
      done();
    } catch (error) {
      done(error as Error);
    }
  }

  override _flush(done: TransformCallback): void {
    try {
      if (this.#begun.length > 0) this.#command(this.#begun);
      if (this.#isComplete) done();
      else done(damaged('it has no last line "-- Dump completed", so it was cut off'));
    } catch (error) {
      done(error as Error);
    }
  }

  /** What is passed on as it is is passed on in pieces as large as they are. */
  #take(bytes: Buffer): void {
    this.#begun = Buffer.alloc(0);
    let from = 0;
    let at = 0;
    while (at < bytes.length) {
      if (this.#atLineStart && mayBeCommand(bytes, at)) {
        this.#pass(bytes.subarray(from, at));
        const end = bytes.indexOf(LINE_END, at);
        if (end === -1) {
          this.#keep(bytes.subarray(at));
          return;
        }
        this.#command(bytes.subarray(at, end + 1));
        from = end + 1;
        at = end + 1;
      } else {
        const end = bytes.indexOf(LINE_END, at);
        this.#atLineStart = end !== -1;
        at = end === -1 ? bytes.length : end + 1;
      }
    }
    this.#pass(bytes.subarray(from));
  }

  #pass(bytes: Buffer): void {
    if (bytes.length > 0) this.push(bytes);
  }

  #keep(begun: Buffer): void {
    if (begun.length > LONGEST_LINE) throw damaged(`a line "${begun.toString("utf8", 0, 40)}..." has no end`);
    this.#begun = Buffer.from(begun);
  }

  #command(line: Buffer): void {
    if (startsWith(line, DELIMITER)) this.#inBody = !isSemicolon(line);
    if (this.#inBody) this.#pass(line);
    else if (startsWith(line, USE)) this.#pass(this.#renamed(line.toString("utf8")));
    else if (!startsWith(line, CREATE)) this.#pass(line);
    if (!this.#inBody && startsWith(line, COMPLETED)) this.#isComplete = true;
  }

  #renamed(line: string): Buffer {
    const name = /^USE `((?:[^`]|``)+)`;\r?\n?$/.exec(line)?.[1]?.replaceAll("``", "`");
    const target = name === undefined ? undefined : this.#targets[name];
    if (target === undefined)
      throw damaged(`a line ${JSON.stringify(line.trimEnd())} names a schema that is not of it`);
    return Buffer.from(`USE ${quoted("mysql", target)};\n`);
  }
}

/** Whether a line that starts here is one, or may become one with more bytes. */
function mayBeCommand(bytes: Buffer, at: number): boolean {
  if (!FIRST_BYTES.has(bytes[at])) return false;
  return COMMANDS.some((command) => {
    const length = Math.min(bytes.length - at, command.length);
    return bytes.compare(command, 0, length, at, at + length) === 0;
  });
}

function startsWith(line: Buffer, command: Buffer): boolean {
  return line.length >= command.length && line.compare(command, 0, command.length, 0, command.length) === 0;
}

function isSemicolon(line: Buffer): boolean {
  return line.toString("utf8", DELIMITER.length).trim() === ";";
}

function damaged(what: string): StillpointError {
  return new StillpointError("LOAD_FAILED", `cannot load the dump: ${what}`);
}
