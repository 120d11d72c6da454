import * as http2 from "node:http2";
import type { AddressInfo } from "node:net";
import { Code, type ConnectRouter } from "@connectrpc/connect";
import { connectNodeAdapter } from "@connectrpc/connect-node";

export interface GrpcServerOptions {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** PEM texts. With `clientCa` a client must show a certificate of that CA. */
  readonly tls?: { readonly certificate: string; readonly key: string; readonly clientCa?: string };
}

export interface GrpcServer {
  readonly host: string;
  readonly port: number;
  /** Drops every connection at once, as a killed process would. */
  close(): Promise<void>;
}

type Handler = ReturnType<typeof connectNodeAdapter>;

/** Serves nothing but gRPC. */
export async function serveGrpc(
  routes: (router: ConnectRouter) => void,
  options: GrpcServerOptions,
): Promise<GrpcServer> {
  const handler = connectNodeAdapter({ routes, connect: false, grpcWeb: false, fallback: methodNotFound });
  const server = options.tls ? secureServer(options.tls, handler) : http2.createServer(handler);
  const connections = new Set<http2.ServerHttp2Session>();
  server.on("session", (session) => {
    connections.add(session);
    session.once("close", () => connections.delete(session));
    // A client that vanishes is its own affair; without a listener it would end this process.
    session.on("error", () => {});
  });
  await new Promise<void>((listening, failed) => {
    server.once("error", failed);
    server.listen(options.port, options.host, listening);
  });
  const close = () => {
    for (const session of connections) session.destroy();
    return new Promise<void>((closed) => server.close(() => closed()));
  };
  return { host: options.host, port: (server.address() as AddressInfo).port, close };
}

function secureServer(tls: NonNullable<GrpcServerOptions["tls"]>, handler: Handler): http2.Http2SecureServer {
  const { certificate, key, clientCa } = tls;
  const demand = clientCa === undefined ? {} : { ca: clientCa, requestCert: true, rejectUnauthorized: true };
  return http2.createSecureServer({ cert: certificate, key, ...demand }, handler);
}

/** A gRPC server answers an unknown method with a status, not with HTTP 404. */
const methodNotFound: Handler = (request, response) => {
  response.writeHead(200, {
    "content-type": "application/grpc",
    "grpc-status": String(Code.Unimplemented),
    "grpc-message": `Method not found: ${(request.url ?? "").slice(1)}`,
  });
  response.end();
};
