import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { createServer as createTlsServer, type TlsOptions } from "node:tls";

const HEADER_BYTES = 9;
const ANSWER_V4 = 0x84;
const ERROR = 0x00;
const STARTUP = 0x01;
const READY = 0x02;
const AUTHENTICATE = 0x03;
const PROTOCOL_ERROR = 0x0a;
const BAD_CREDENTIALS = 0x100;

type Answer = { readonly opcode: number; readonly body: Buffer } | undefined;

export interface SpeakingServer {
  readonly port: number;
  /** Connections that are open. */
  connections(): number;
  allClosed(): Promise<void>;
  close(): void;
}

/** Speaks as much CQL as it takes to connect; what it says after the version is settled is up to the test. */
export async function speakingServer(
  answer: (opcode: number) => Answer,
  tls?: TlsOptions,
): Promise<SpeakingServer> {
  const sockets = new Set<Socket>();
  const serve = (socket: Socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
    socket.on("close", () => {
      sockets.delete(socket);
      server.emit("one-closed");
    });
    socket.on("data", (bytes) => answerFrames(socket, bytes, answer));
  };
  const server = tls === undefined ? createServer(serve) : createTlsServer(tls, serve);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    connections: () => sockets.size,
    allClosed: async () => {
      while (sockets.size > 0) await once(server, "one-closed");
    },
    close: () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

function answerFrames(socket: Socket, bytes: Buffer, answer: (opcode: number) => Answer): void {
  for (let from = 0; from + HEADER_BYTES <= bytes.length; ) {
    const [version = 0, opcode = 0] = [bytes[from], bytes[from + 4]];
    const stream = bytes.readInt16BE(from + 2);
    const said =
      version === 4 ? answer(opcode) : error(PROTOCOL_ERROR, "Invalid or unsupported protocol version (5)");
    if (said !== undefined) socket.write(frame(stream, said.opcode, said.body));
    from += HEADER_BYTES + bytes.readInt32BE(from + 5);
  }
}

function frame(stream: number, opcode: number, body: Buffer): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt8(ANSWER_V4, 0);
  header.writeInt16BE(stream, 2);
  header.writeUInt8(opcode, 4);
  header.writeInt32BE(body.length, 5);
  return Buffer.concat([header, body]);
}

function text(value: string): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(Buffer.byteLength(value));
  return Buffer.concat([length, Buffer.from(value)]);
}

function error(code: number, message: string): NonNullable<Answer> {
  const number = Buffer.alloc(4);
  number.writeInt32BE(code);
  return { opcode: ERROR, body: Buffer.concat([number, text(message)]) };
}

/** A node that wants a password, and knows none. */
export function denying(opcode: number): Answer {
  return opcode === STARTUP
    ? { opcode: AUTHENTICATE, body: text("org.apache.cassandra.auth.PasswordAuthenticator") }
    : error(BAD_CREDENTIALS, "Provided username scott and/or password are incorrect");
}

/** A node that welcomes whoever connects, and stands still then. */
export function standingStill(opcode: number): Answer {
  return opcode === STARTUP ? { opcode: READY, body: Buffer.alloc(0) } : undefined;
}
