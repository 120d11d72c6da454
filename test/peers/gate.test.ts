import { describeGate } from "../admin/gate-conformance.ts";
import { startBareServer } from "./bare-server.ts";

describeGate("the gate of a real ScalarDB Server", async () => {
  const { address, beginRequest, close } = await startBareServer();
  return { address, semantics: "scalardb-server", beginRequest, close };
});
