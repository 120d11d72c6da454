import * as http2 from "node:http2";
import * as net from "node:net";
import * as tls from "node:tls";
import { addressOf } from "../pause/instance.ts";
import type { LoadedTls } from "./tls.ts";

/** One TCP connection, from dialling on. `ready` waits for the server's HTTP/2 settings. */
export interface Line {
  readonly socket: net.Socket;
  readonly session: http2.ClientHttp2Session;
  readonly ready: Promise<http2.ClientHttp2Session>;
  /** Calls that are still on it. */
  calls: number;
}

// A dead peer is noticed by the kernel, and address translation on the way is kept alive. HTTP/2 pings would be
// counted as abuse by a gRPC server when sent more than every five minutes.
const KEEP_ALIVE_MS = 30_000;

/** The way to one instance: dialled when first needed, kept warm, dialled anew when it broke or fell silent. */
export class AdminConnection {
  /** Scheme and authority; the authority is the name that the server is expected to have. */
  readonly origin: string;
  readonly #dial: () => net.Socket;
  #line: Line | undefined;
  readonly #lines = new Set<Line>();

  constructor(host: string, port: number, secure: LoadedTls | undefined) {
    const authority = secure?.authority ?? addressOf({ host, port });
    this.origin = new URL(`${secure ? "https" : "http"}://${authority}`).origin;
    this.#dial = () => (secure ? dialTls(host, port, authority, secure) : dialPlain(host, port));
  }

  /** The current line for one call; every `take` has its `release`. */
  take(): Line {
    const current = this.#line;
    const line = current && !current.session.closed && !current.session.destroyed ? current : this.#open();
    line.calls++;
    return line;
  }

  /** A line on which a call got no answer in time is not used again, but the other calls on it go on. */
  release(line: Line, silent: boolean): void {
    line.calls--;
    if (silent && this.#line === line) this.#line = undefined;
    if (line.calls === 0 && line !== this.#line) cut(line);
  }

  close(): void {
    for (const line of this.#lines) cut(line);
  }

  #open(): Line {
    const socket = this.#dial();
    const session = http2.connect(this.origin, { createConnection: () => socket });
    // A session does not always see an error of its socket: an alert after the TLS handshake passes it by.
    socket.on("error", (error) => {
      session.destroy(error);
      socket.destroy();
    });
    const line: Line = { socket, session, ready: settled(session), calls: 0 };
    this.#line = line;
    this.#lines.add(line);
    session.once("close", () => this.#lines.delete(line));
    return line;
  }
}

const CLOSED_EARLY =
  "it closed the connection before HTTP/2 began, as a server does that wants TLS or a client certificate";

/**
 * Resolves when the server's HTTP/2 settings have arrived, which a client need not wait for. But only then is it
 * certain that an HTTP/2 server is there and took our certificate; before, nothing is sent that could be lost.
 */
function settled(session: http2.ClientHttp2Session): Promise<http2.ClientHttp2Session> {
  const { promise, resolve, reject } = Promise.withResolvers<http2.ClientHttp2Session>();
  session.once("remoteSettings", () => {
    // An idle warm connection does not keep the process alive; a call has its deadline's timer for that.
    session.unref();
    resolve(session);
  });
  // Stays for the life of the session: an error without a listener would end the process.
  session.on("error", reject);
  session.once("close", () => reject(new Error(CLOSED_EARLY)));
  // Whoever waits sees the rejection; nobody may be waiting any more.
  promise.catch(() => {});
  return promise;
}

function cut(line: Line): void {
  // With the code its open streams end at once and as failures; without it they would end silently.
  line.session.destroy(undefined, http2.constants.NGHTTP2_CANCEL);
  line.socket.destroy();
}

function dialPlain(host: string, port: number): net.Socket {
  return net.connect({ host, port }).setKeepAlive(true, KEEP_ALIVE_MS);
}

function dialTls(host: string, port: number, authority: string, secure: LoadedTls): net.Socket {
  const name = hostOf(authority);
  const socket = tls.connect({
    host,
    port,
    secureContext: secure.context,
    ALPNProtocols: ["h2"],
    // SNI carries names only, never addresses.
    ...(net.isIP(name) === 0 && { servername: name }),
    checkServerIdentity: (_host, certificate) => tls.checkServerIdentity(name, certificate),
  });
  return socket.setKeepAlive(true, KEEP_ALIVE_MS);
}

/** The host of `host`, `host:port` or `[address]:port`. */
function hostOf(authority: string): string {
  return new URL(`https://${authority}`).hostname.replace(/^\[(.*)\]$/, "$1");
}
