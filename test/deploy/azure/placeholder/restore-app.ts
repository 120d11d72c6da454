import { app } from "@azure/functions";

app.timer("restore-placeholder", { schedule: "0 * * * * *", handler: async () => undefined });
