import { defineConfig } from "vitest/config";

const timeouts = { testTimeout: 60_000, hookTimeout: 120_000 };

export default defineConfig({
  test: {
    maxWorkers: 2, // they wait for the database half of the time, also where there are but two cores
    projects: [
      {
        test: {
          ...timeouts,
          name: "pure",
          include: ["test/engine/**/*.test.ts", "test/rules/**/*.test.ts", "test/*.test.ts"],
        },
      },
      {
        test: {
          ...timeouts,
          name: "server",
          include: ["test/server/**/*.test.ts"],
          globalSetup: "test/support/global-setup.ts",
        },
      },
    ],
  },
});
