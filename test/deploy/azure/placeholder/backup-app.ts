import { app } from "@azure/functions";

app.timer("backup-placeholder", { schedule: "0 * * * * *", handler: async () => undefined });
