import type { RequestHandler } from "express";
import { AppError } from "../app-error.ts";

/** Ends a route's methods: any other one is refused, and the caller is told which is right. */
export function only(method: "GET" | "POST" | "PATCH"): RequestHandler {
  const allowed = method === "GET" ? "GET, HEAD" : method;
  return (_request, response) => {
    response.set("Allow", allowed);
    throw new AppError("method_not_allowed", `This address takes ${allowed} only.`);
  };
}
