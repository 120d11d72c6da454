/** The version that is spoken; a request in another one is told so, and clients come again with this one. */
export const VERSION = 4;
const HEADER_BYTES = 9;
const RESPONSE = 0x80;

export const OPCODE = {
  error: 0x00,
  startup: 0x01,
  ready: 0x02,
  authenticate: 0x03,
  options: 0x05,
  supported: 0x06,
  query: 0x07,
  result: 0x08,
  prepare: 0x09,
  execute: 0x0a,
  register: 0x0b,
  event: 0x0c,
  batch: 0x0d,
  authResponse: 0x0f,
  authSuccess: 0x10,
} as const;

export interface Frame {
  readonly version: number;
  readonly flags: number;
  readonly stream: number;
  readonly opcode: number;
  readonly body: Buffer;
}

/** Events belong to no request. */
export const EVENT_STREAM = -1;

export function frameBytes(stream: number, opcode: number, body: Buffer): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt8(RESPONSE | VERSION, 0);
  header.writeInt16BE(stream, 2);
  header.writeUInt8(opcode, 4);
  header.writeInt32BE(body.length, 5);
  return Buffer.concat([header, body]);
}

/** The whole frames at the beginning of some bytes, and what is left of them. */
export function framesIn(bytes: Buffer): { readonly frames: readonly Frame[]; readonly rest: Buffer } {
  const frames: Frame[] = [];
  let at = 0;
  while (bytes.length - at >= HEADER_BYTES) {
    const end = at + HEADER_BYTES + bytes.readUInt32BE(at + 5);
    if (bytes.length < end) break;
    frames.push({
      version: bytes.readUInt8(at) & 0x7f,
      flags: bytes.readUInt8(at + 1),
      stream: bytes.readInt16BE(at + 2),
      opcode: bytes.readUInt8(at + 4),
      body: bytes.subarray(at + HEADER_BYTES, end),
    });
    at = end;
  }
  return { frames, rest: bytes.subarray(at) };
}
