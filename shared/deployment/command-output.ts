import { StringDecoder } from "node:string_decoder";

/** Kept of what a command writes: its end, where errors are. */
const KEPT_BYTES = 16 * 1024;

/** The end of several outputs, in the order in which it came; whatever else comes is counted only. */
export class CommandOutput {
  #tail = "";
  #bytes = 0;

  get bytes(): number {
    return this.#bytes;
  }

  /** Takes what comes on one of the outputs: characters are whole within each, not across them. */
  taker(): (chunk: Buffer) => void {
    const decoder = new StringDecoder("utf8");
    return (chunk) => {
      this.#bytes += chunk.length;
      // No character is shorter than a byte, nor the last ones longer than all that is kept.
      this.#tail = `${this.#tail}${decoder.write(chunk)}`.slice(-KEPT_BYTES);
    };
  }

  text(): string {
    return lastBytes(printable(this.#tail), KEPT_BYTES);
  }
}

function lastBytes(text: string, most: number): string {
  const bytes = Buffer.from(text);
  let from = Math.max(0, bytes.length - most);
  // In the middle of a character.
  while (((bytes[from] ?? 0) & 0xc0) === 0x80) from += 1;
  return bytes.subarray(from).toString("utf8");
}

/** Colours, titles and the like: what terminals obey. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for.
const SEQUENCES = /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)|[ -/]*[0-~])/g;
/** What else a terminal may obey, and what turns the direction of the text. */
const CONTROLS = /(?![\n\t])[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;
/** Text that does nothing to a terminal, wherever it will be shown. */
function printable(text: string): string {
  return text.replaceAll(SEQUENCES, "").split("\n").map(asDrawn).join("\n").replaceAll(CONTROLS, "\ufffd");
}

/** What a carriage return takes back is drawn over by what follows, as progress is. */
function asDrawn(line: string): string {
  const drawn = line.replace(/\r+$/, "");
  return drawn.slice(drawn.lastIndexOf("\r") + 1);
}
