#!/usr/bin/env node
import { enableCompileCache } from "node:module";

// The command line in a container: with the configuration that was handed in, and telling what functions would tell.
enableCompileCache();
const { handedInConfig } = await import("../handed-in-config.ts");
const config = handedInConfig(process.env);
if (config !== undefined) process.env["STILLPOINT_CONFIG"] = config;
const { taskOf } = await import("./task-of.ts");
const { main } = await import("../cli/main.ts");
await main(process.argv.slice(2), await taskOf(process.env));
