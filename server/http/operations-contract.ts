import { z } from "zod";
import { operation } from "./operation-contract.ts";

export const checkAliveOperation = operation({
  id: "checkAlive",
  method: "get",
  path: "/healthz",
  title: "Whether the process lives",
  group: "Health",
  answer: z.object({ status: z.literal("ok") }),
});

export const checkReadyOperation = operation({
  id: "checkReady",
  method: "get",
  path: "/readyz",
  title: "Whether it can serve: the database answers, and its schema is this program's",
  group: "Health",
  problems: ["database_behind", "database_newer"],
  answer: z.object({ status: z.literal("ready") }),
});
