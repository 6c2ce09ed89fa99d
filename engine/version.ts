/** The engine's version, recorded in every trace. The same as package.json's; a test compares them. */
export const ENGINE_VERSION = "0.1.0";
