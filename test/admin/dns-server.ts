import { createSocket } from "node:dgram";
import { once } from "node:events";

export interface SrvRecord {
  readonly host: string;
  readonly port: number;
}

/** What the server knows: a list per question of the kind, in turn, the last one for ever; silence where undefined. */
export interface Zone {
  readonly srv?: Readonly<Record<string, readonly (readonly SrvRecord[] | "silence")[]>>;
  readonly a?: Readonly<Record<string, readonly string[]>>;
}

export interface DnsServer {
  /** `127.0.0.1:port`, as a resolver's list of servers has it. */
  readonly address: string;
  readonly questions: number;
  close(): void;
}

const TYPE_A = 1;
const TYPE_SRV = 33;
const NO_SUCH_NAME = 3;
const HEADER_BYTES = 12;

/** A DNS server over UDP, just enough of one to answer SRV and A questions differently each time. */
export async function dnsServer(zone: Zone): Promise<DnsServer> {
  const socket = createSocket("udp4");
  const asked = new Map<string, number>();
  let questions = 0;
  socket.on("message", (message, peer) => {
    questions++;
    const { name, type, end } = questionOf(message);
    const turn = asked.get(`${type} ${name}`) ?? 0;
    asked.set(`${type} ${name}`, turn + 1);
    const answers = answersOf(zone, name, type, turn);
    if (answers !== "silence")
      socket.send(replyTo(message.subarray(0, end), answers), peer.port, peer.address);
  });
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  return {
    address: `127.0.0.1:${socket.address().port}`,
    get questions() {
      return questions;
    },
    close: () => socket.close(),
  };
}

/** The data of each answer; undefined where there is no such name. */
function answersOf(
  zone: Zone,
  name: string,
  type: number,
  turn: number,
): readonly Buffer[] | "silence" | undefined {
  if (type === TYPE_A) return zone.a?.[name]?.map((address) => Buffer.from(address.split(".").map(Number)));
  if (type !== TYPE_SRV) return zone.a?.[name] && [];
  const turns = zone.srv?.[name];
  const records = turns?.[Math.min(turn, turns.length - 1)];
  return records === "silence" ? records : records?.map(srvData);
}

function srvData({ host, port }: SrvRecord): Buffer {
  const fixed = Buffer.alloc(6);
  fixed.writeUInt16BE(port, 4);
  return Buffer.concat([fixed, ...host.split(".").map(label), Buffer.from([0])]);
}

function label(text: string): Buffer {
  return Buffer.concat([Buffer.from([text.length]), Buffer.from(text)]);
}

function questionOf(message: Buffer): { readonly name: string; readonly type: number; readonly end: number } {
  const labels: string[] = [];
  let at = HEADER_BYTES;
  for (let length = message.readUInt8(at); length > 0; length = message.readUInt8(at)) {
    labels.push(message.toString("latin1", at + 1, at + 1 + length));
    at += 1 + length;
  }
  return { name: labels.join(".").toLowerCase(), type: message.readUInt16BE(at + 1), end: at + 5 };
}

function replyTo(question: Buffer, answers: readonly Buffer[] | undefined): Buffer {
  const header = Buffer.from(question.subarray(0, HEADER_BYTES));
  header.writeUInt16BE(0x8180 | (answers ? 0 : NO_SUCH_NAME), 2);
  header.writeUInt16BE(answers?.length ?? 0, 6);
  header.writeUInt32BE(0, 8);
  const type = question.readUInt16BE(question.length - 4);
  const records = (answers ?? []).map((data) => {
    // A pointer to the question's name, class IN, and a minute in which a resolver may repeat it from its cache.
    const fixed = Buffer.from([0xc0, HEADER_BYTES, 0, type, 0, 1, 0, 0, 0, 60, 0, data.length]);
    return Buffer.concat([fixed, data]);
  });
  return Buffer.concat([header, question.subarray(HEADER_BYTES), ...records]);
}
