import type { Socket } from "node:net";
import { parseCql } from "../cql/parse.ts";
import { execute, executeBatch } from "../execute.ts";
import { Refusal } from "../refusal.ts";
import type { Answer, Parameters, Session } from "../request.ts";
import { EVENT_STREAM, type Frame, frameBytes, framesIn, OPCODE, VERSION } from "./frame.ts";
import { BodyReader, bytes, string, stringList } from "./notation.ts";
import { readBatchParameters, readParameters } from "./parameters.ts";
import { type Prepared, prepare } from "./prepared.ts";
import { errorBody, preparedBody, resultBody, unprepared } from "./results.ts";

/** A node, as its connections need it. */
export interface Served {
  readonly session: Omit<Session, "keyspace">;
  /** Of all connections, by id. */
  readonly prepared: Map<string, Prepared>;
  readonly credentials?: { readonly user: string; readonly password: string };
}

export interface Connection {
  /** Sends an event, if the client has asked for this kind. */
  tell(event: string, body: Buffer): void;
  close(): void;
}

interface Reply {
  readonly opcode: number;
  readonly body: Buffer;
}

const SUPPORTED = { CQL_VERSION: ["3.4.6"], COMPRESSION: [], PROTOCOL_VERSIONS: ["3/v3", "4/v4"] };
const CUSTOM_PAYLOAD = 0x04;
const PREPARED_KIND = 1;

/** Serves one client until either side hangs up. */
export function serveConnection(socket: Socket, served: Served): Connection {
  const state: State = { served, events: new Set(), isIn: served.credentials === undefined };
  let waiting: Buffer = Buffer.alloc(0);
  socket.setNoDelay(true);
  // A client that vanishes is its own affair; without a listener it would end this process.
  socket.on("error", () => {});
  socket.on("data", (chunk: Buffer) => {
    const { frames, rest } = framesIn(waiting.length === 0 ? chunk : Buffer.concat([waiting, chunk]));
    waiting = rest;
    for (const frame of frames) {
      const { opcode, body } = replyTo(state, frame);
      socket.write(frameBytes(frame.stream, opcode, body));
    }
  });
  return {
    tell: (event, body) => {
      if (!state.events.has(event)) return;
      socket.write(frameBytes(EVENT_STREAM, OPCODE.event, Buffer.concat([string(event), body])));
    },
    close: () => socket.destroy(),
  };
}

interface State {
  readonly served: Served;
  readonly events: Set<string>;
  keyspace?: string;
  isIn: boolean;
}

function replyTo(state: State, frame: Frame): Reply {
  try {
    if (frame.version !== VERSION && frame.version !== 3)
      throw new Refusal(
        "protocol",
        `Invalid or unsupported protocol version (${frame.version}); supported versions are (3/v3, 4/v4)`,
      );
    return handle(state, frame);
  } catch (error) {
    return { opcode: OPCODE.error, body: errorBody(error) };
  }
}

const EMPTY = Buffer.alloc(0);

function handle(state: State, { opcode, flags, body }: Frame): Reply {
  const reader = new BodyReader(body);
  if ((flags & CUSTOM_PAYLOAD) !== 0) reader.times(reader.short(), () => [reader.string(), reader.bytes()]);
  if (opcode === OPCODE.options) return { opcode: OPCODE.supported, body: supportedBody() };
  if (opcode === OPCODE.startup) return startup(state);
  if (opcode === OPCODE.authResponse) return logIn(state, reader.bytes() ?? EMPTY);
  if (!state.isIn) throw new Refusal("credentials", "You have not logged in");
  switch (opcode) {
    case OPCODE.register:
      for (const event of reader.times(reader.short(), () => reader.string())) state.events.add(event);
      return { opcode: OPCODE.ready, body: EMPTY };
    case OPCODE.query:
      return query(state, reader);
    case OPCODE.prepare: {
      const prepared = prepare(sessionOf(state), reader.longString());
      state.served.prepared.set(prepared.described.id.toString("hex"), prepared);
      return { opcode: OPCODE.result, body: preparedBody(prepared.described) };
    }
    case OPCODE.execute:
      return executePrepared(state, reader);
    case OPCODE.batch:
      return batch(state, reader);
    default:
      throw new Refusal("protocol", `Unknown opcode ${opcode}`);
  }
}

function supportedBody(): Buffer {
  const entries = Object.entries(SUPPORTED);
  return Buffer.concat([
    Buffer.of(0, entries.length),
    ...entries.flatMap(([name, values]) => [string(name), stringList(values)]),
  ]);
}

function startup({ served }: State): Reply {
  if (served.credentials === undefined) return { opcode: OPCODE.ready, body: EMPTY };
  return { opcode: OPCODE.authenticate, body: string("org.apache.cassandra.auth.PasswordAuthenticator") };
}

/** A SASL PLAIN token: nothing, the user, the password, each behind a zero. */
function logIn(state: State, token: Buffer): Reply {
  const [, user = "", password = ""] = token.toString("utf8").split("\0");
  const { credentials } = state.served;
  if (credentials?.user !== user || credentials.password !== password)
    throw new Refusal("credentials", `Provided username ${user} and/or password are incorrect`);
  state.isIn = true;
  return { opcode: OPCODE.authSuccess, body: bytes(null) };
}

function sessionOf({ served: { session }, keyspace }: State): Session {
  return keyspace === undefined ? session : { ...session, keyspace };
}

function query(state: State, reader: BodyReader): Reply {
  const text = reader.longString();
  const given = readParameters(reader);
  const answer = execute(sessionOf(state), parseCql(text), given);
  if (answer.kind === "keyspace") state.keyspace = answer.keyspace;
  return answered(answer, given);
}

function answered(answer: Answer, given: Parameters): Reply {
  return { opcode: OPCODE.result, body: resultBody(answer, given) };
}

function preparedOf({ served }: State, id: Buffer): Prepared {
  const prepared = served.prepared.get(id.toString("hex"));
  if (prepared === undefined) throw unprepared(id);
  return prepared;
}

function executePrepared(state: State, reader: BodyReader): Reply {
  const { statement, keyspace } = preparedOf(state, reader.shortBytes());
  const given = readParameters(reader);
  const session = { ...state.served.session, ...(keyspace !== undefined && { keyspace }) };
  return answered(execute(session, statement, given), given);
}

function batch(state: State, reader: BodyReader): Reply {
  reader.byte();
  const items = reader.times(reader.short(), () => {
    const statement =
      reader.byte() === PREPARED_KIND
        ? preparedOf(state, reader.shortBytes()).statement
        : parseCql(reader.longString());
    return { statement, values: reader.times(reader.short(), () => reader.value()) };
  });
  const given = readBatchParameters(reader);
  const own = items.map(({ statement, values }) => ({ statement, given: { ...given, values } }));
  return answered(executeBatch(sessionOf(state), own, given), given);
}
