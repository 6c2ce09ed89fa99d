import { defineConfig } from "vitest/config";

/** The runs that take away one wall after the other, to see whether a test notices. Not among the tests. */
export default defineConfig({
  test: {
    include: ["test/**/*.mutants.ts"],
    globalSetup: "test/support/global-setup.ts",
    testTimeout: 60 * 60_000,
    hookTimeout: 120_000,
  },
});
