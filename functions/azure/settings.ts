/**
 * The environment variables that the functions on Azure read, beside those that the configuration refers to. The
 * templates in infra/ set exactly these.
 */
export const SETTINGS = {
  /** The configuration's file, beside the code. */
  config: "STILLPOINT_CONFIG",
  /** Address of the Event Grid topic that notices are put on. */
  notices: "STILLPOINT_NOTICES",
} as const;
