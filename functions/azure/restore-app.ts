import { registerRequests } from "../request/azure.ts";
import { registerRestore } from "../restore/azure.ts";
import { registerVerify } from "../verify/azure.ts";

registerRequests();
registerRestore();
registerVerify();
