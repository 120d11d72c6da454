import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

/** A line to a server that the test can cut, or let fall silent. */
export interface CuttableLine extends AsyncDisposable {
  readonly endpoint: string;
  /** Every connection breaks, and no new one is made. */
  cut(): void;
  mend(): void;
  /** Ends when somebody next tried in vain. */
  refused(): Promise<void>;
  /** The connections there are carry nothing any more, and do not end; new ones do. */
  silence(): void;
}

export async function cuttableLine(target: string): Promise<CuttableLine> {
  const port = Number(new URL(target).port);
  const ends = new Set<Socket>();
  let isCut = false;
  const server = createServer((near) => {
    const far = connect({ host: "127.0.0.1", port });
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      ends.add(one);
      one.pipe(other);
      // Either end may break; both are gone then.
      one.on("error", () => other.destroy());
      one.once("close", () => {
        ends.delete(one);
        other.destroy();
      });
    }
    if (!isCut) return;
    near.destroy();
    server.emit("refused");
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const cut = () => {
    isCut = true;
    for (const end of ends) end.destroy();
  };
  return {
    endpoint: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    cut,
    mend() {
      isCut = false;
    },
    async refused() {
      await once(server, "refused");
    },
    silence() {
      for (const end of ends) end.unpipe().pause();
    },
    async [Symbol.asyncDispose]() {
      cut();
      server.close();
      await once(server, "close");
    },
  };
}
