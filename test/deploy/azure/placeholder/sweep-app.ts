import { app } from "@azure/functions";

app.timer("sweep-placeholder", { schedule: "0 * * * * *", handler: async () => undefined });
