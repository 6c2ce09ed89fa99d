import { checkMigrated } from "../database/migrate.ts";
import { AppError } from "../app-error.ts";
import { checkAliveOperation, checkReadyOperation } from "./operations-contract.ts";
import { serveAnybody, type Served } from "./serve.ts";
import type { Services } from "./services.ts";

export function healthOperations({ database, isClosing }: Services): readonly Served[] {
  return [
    serveAnybody(checkAliveOperation, async () => ({ status: "ok" as const })),
    serveAnybody(checkReadyOperation, async () => {
      if (isClosing()) throw new AppError("shutting_down", "The server is shutting down.");
      await checkMigrated(database);
      return { status: "ready" as const };
    }),
  ];
}
