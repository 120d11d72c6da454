import { isIPv6 } from "node:net";
import { StillpointError } from "../errors/stillpoint-error.ts";

/** The kinds of component whose admin port is known. */
export type ComponentKind = "ledger" | "auditor" | "scalardb-cluster" | "scalardb-server";

const ADMIN_PORT: Readonly<Record<ComponentKind, number>> = {
  ledger: 50053,
  auditor: 40053,
  "scalardb-cluster": 60053,
  "scalardb-server": 60051,
};

export interface Address {
  readonly host: string;
  readonly port: number;
}

const PORT_MOST = 65_535;
const WITH_BRACKETS = /^\[([^\]]+)\](?::(\d+))?$/;
const WITHOUT_BRACKETS = /^([^\s:[\]/]+)(?::(\d+))?$/;

/** Reads `host`, `host:port`, `[::1]:port` or a bare IPv6 address; a port that is not given is the component's own. */
export function parseAddress(text: string, kind: ComponentKind): Address {
  if (isIPv6(text)) return { host: text, port: ADMIN_PORT[kind] };
  const [, host = "", digits] = WITH_BRACKETS.exec(text) ?? WITHOUT_BRACKETS.exec(text) ?? [];
  const port = digits === undefined ? ADMIN_PORT[kind] : Number(digits);
  const bracketsFit = !text.startsWith("[") || isIPv6(host);
  if (host !== "" && bracketsFit && port >= 1 && port <= PORT_MOST) return { host, port };
  const rule =
    'must be "host", "host:port", "[IPv6 address]:port" or an IPv6 address, with a port from 1 to 65535';
  throw new StillpointError(
    "CONFIG_INVALID",
    `Cannot read the address "${text}": it ${rule}; nothing was contacted`,
  );
}
