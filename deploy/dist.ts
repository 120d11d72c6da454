/** Where the bundles go, relative to the project, where nothing else is said. */
export const DIST = "dist";
