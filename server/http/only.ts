import type { RequestHandler } from "express";
import { AppError } from "../app-error.ts";

/** Ends a route's methods: any other one is refused, and the caller is told which are right. */
export function only(...methods: readonly ("GET" | "POST" | "PUT" | "PATCH" | "DELETE")[]): RequestHandler {
  const allowed = methods.map((method) => (method === "GET" ? "GET, HEAD" : method)).join(", ");
  return (_request, response) => {
    response.set("Allow", allowed);
    throw new AppError("method_not_allowed", `This address takes ${allowed} only.`);
  };
}
