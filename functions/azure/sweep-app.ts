import { registerSweep } from "../sweep/azure.ts";

registerSweep();
