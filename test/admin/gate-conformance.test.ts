import type { GateSemantics } from "../../rehearsal/ledger/gate.ts";
import { embeddedGate } from "./embedded-gate.ts";
import { describeGate } from "./gate-conformance.ts";

for (const semantics of ["scalardl-3.14", "scalardl-3.13", "scalardb-server"] satisfies GateSemantics[]) {
  describeGate(`the embedded gate as ${semantics}`, async () => {
    const { instance, beginRequest, close } = await embeddedGate(semantics);
    return { address: { host: instance.host, port: instance.port }, semantics, beginRequest, close };
  });
}
