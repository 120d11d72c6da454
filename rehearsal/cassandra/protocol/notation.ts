import { Refusal } from "../refusal.ts";
import type { Value } from "../value.ts";

const NOT_SET = -2;

/** Reads the protocol's notations one after the other. */
export class BodyReader {
  readonly #body: Buffer;
  #at = 0;

  constructor(body: Buffer) {
    this.#body = body;
  }

  byte(): number {
    return this.#take(1).readUInt8();
  }

  short(): number {
    return this.#take(2).readUInt16BE();
  }

  int(): number {
    return this.#take(4).readInt32BE();
  }

  long(): bigint {
    return this.#take(8).readBigInt64BE();
  }

  string(): string {
    return this.#take(this.short()).toString("utf8");
  }

  longString(): string {
    return this.#take(this.int()).toString("utf8");
  }

  shortBytes(): Buffer {
    return this.#take(this.short());
  }

  /** A copy: it outlives the request. */
  bytes(): Value {
    const length = this.int();
    return length < 0 ? null : Buffer.from(this.#take(length));
  }

  /** Undefined where it is not set. */
  value(): Value | undefined {
    const length = this.int();
    if (length === NOT_SET) return undefined;
    return length < 0 ? null : Buffer.from(this.#take(length));
  }

  times<T>(count: number, read: () => T): readonly T[] {
    return Array.from({ length: count }, read);
  }

  #take(length: number): Buffer {
    const end = this.#at + length;
    if (length < 0 || end > this.#body.length)
      throw new Refusal("protocol", `a body of ${this.#body.length} bytes ends before byte ${end}`);
    const taken = this.#body.subarray(this.#at, end);
    this.#at = end;
    return taken;
  }
}

export function short(value: number): Buffer {
  return Buffer.of((value >> 8) & 0xff, value & 0xff);
}

export function int(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}

export function string(text: string): Buffer {
  const bytes = Buffer.from(text, "utf8");
  return Buffer.concat([short(bytes.length), bytes]);
}

export function stringList(texts: readonly string[]): Buffer {
  return Buffer.concat([short(texts.length), ...texts.map(string)]);
}

export function shortBytes(bytes: Buffer): Buffer {
  return Buffer.concat([short(bytes.length), bytes]);
}

export function bytes(value: Value): Buffer {
  return value === null ? int(-1) : Buffer.concat([int(value.length), value]);
}

export function inet(address: string, port: number): Buffer {
  return Buffer.concat([Buffer.of(4, ...address.split(".").map(Number)), int(port)]);
}
