/** What the configuration is called in the package of a function, whatever it is called here. */
export const PACKAGED_CONFIG = "stillpoint.yml";

/** What the code of a function is called beside it. */
export const PACKAGED_CODE = "index.mjs";
