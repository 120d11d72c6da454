/** The apps of the functions on Azure. Each has its entry point in functions/azure/NAME-app.ts. */
export const APPS = ["backup", "restore", "sweep"] as const;
export type App = (typeof APPS)[number];

/** Of an instance, in MB. Verification keeps a segment in memory. */
export const MEMORY_MB: Readonly<Record<App, number>> = { backup: 2_048, restore: 4_096, sweep: 2_048 };
