import { z } from "zod";
import { checkMigrated } from "../database/migrate.ts";
import { AppError } from "../app-error.ts";
import { operation } from "./operation-contract.ts";
import { serveAnybody, type Served } from "./serve.ts";
import type { Services } from "./services.ts";

const checkAlive = operation({
  id: "checkAlive",
  method: "get",
  path: "/healthz",
  title: "Whether the process lives",
  group: "Health",
  answer: z.object({ status: z.literal("ok") }),
});

const checkReady = operation({
  id: "checkReady",
  method: "get",
  path: "/readyz",
  title: "Whether it can serve: the database answers, and its schema is this program's",
  group: "Health",
  answer: z.object({ status: z.literal("ready") }),
});

export function healthOperations({ database, isClosing }: Services): readonly Served[] {
  return [
    serveAnybody(checkAlive, async () => ({ status: "ok" as const })),
    serveAnybody(checkReady, async () => {
      if (isClosing()) throw new AppError("shutting_down", "The server is shutting down.");
      await checkMigrated(database);
      return { status: "ready" as const };
    }),
  ];
}
