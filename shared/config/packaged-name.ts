/** What the configuration is called in the package of a function, whatever it is called here. */
export const PACKAGED_CONFIG = "stillpoint.yml";

/** What the code of a function is called beside it. */
export const PACKAGED_CODE = "index.mjs";

/** What an app of Azure Functions has at its root beside both. */
export const PACKAGED_HOST = "host.json";
export const PACKAGED_MANIFEST = "package.json";
