import { syntaxError, type Token, tokenize } from "./tokens.ts";

/** Reads tokens one after the other; what does not fit is refused as the service refuses it. */
export class Reader {
  readonly text: string;
  readonly #tokens: readonly Token[];
  #position = 0;
  /** Names that paths may begin with. */
  readonly aliases = new Set(["c", "root"]);

  constructor(text: string) {
    this.text = text;
    this.#tokens = tokenize(text);
  }

  get next(): Token {
    return this.#tokens[this.#position] as Token;
  }

  take(): Token {
    const token = this.next;
    this.#position++;
    return token;
  }

  is(text: string): boolean {
    return this.next.kind !== "text" && this.next.text.toUpperCase() === text;
  }

  accept(text: string): boolean {
    const accepted = this.is(text);
    if (accepted) this.take();
    return accepted;
  }

  expect(text: string): void {
    if (!this.accept(text)) this.fail();
  }

  takeKind(kind: Token["kind"]): Token {
    return this.next.kind === kind ? this.take() : this.fail();
  }

  fail(): never {
    return syntaxError(this.text, this.next.from);
  }

  /** What a part was written as. */
  written<T>(part: () => T): readonly [T, string] {
    const { from } = this.next;
    const value = part();
    return [value, this.text.slice(from, this.#tokens[this.#position - 1]?.to)];
  }

  /** Parts with commas between them. */
  list<T>(part: () => T): readonly T[] {
    const parts = [part()];
    while (this.accept(",")) parts.push(part());
    return parts;
  }
}
