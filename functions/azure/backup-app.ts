import { registerBackups } from "../backup/azure.ts";
import { registerExpire } from "../expire/azure.ts";
import { registerFollow } from "../follow/azure.ts";
import { registerStatus } from "../status/azure.ts";

registerBackups();
registerFollow();
registerExpire();
registerStatus();
