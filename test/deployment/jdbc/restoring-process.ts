import { runRestore } from "../../../shared/deployment/run-restore.ts";
import { DEPLOYMENT, openWorld } from "./dumped-world.ts";

/** Runs or resumes a restore of dumps, until it ends or until somebody kills this process. */
const [config = "", run = ""] = process.argv.slice(2);
const open = openWorld(config, process.env);
await runRestore(open, run, { report: () => undefined, confirm: DEPLOYMENT });
open.close();
