import { z } from "zod";
import { operation } from "../http/operation-contract.ts";

export const getOpenApiOperation = operation({
  id: "getOpenApi",
  method: "get",
  path: "/openapi.json",
  title: "This document",
  group: "Health",
  answer: z.looseObject({ openapi: z.string() }),
});
