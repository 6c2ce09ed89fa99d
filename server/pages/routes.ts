import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Router } from "express";
import helmet from "helmet";
import { only } from "../http/only.ts";
import { packageRoot } from "../package-root.ts";

const FILES = {
  "/setup": ["setup.html", "text/html"],
  "/invitation": ["invitation.html", "text/html"],
  "/reset": ["reset.html", "text/html"],
  "/sign-in": ["sign-in.html", "text/html"],
  "/pages/pages.js": ["pages.js", "text/javascript"],
  "/pages/pages.css": ["pages.css", "text/css"],
} as const;

/** The pages behind the links that people get: still files, which ask the HTTP interface for everything. They may load this
 *  server's script and style and nothing else, and nobody may frame them. */
export function pageRoutes(): Router {
  const router = Router({ caseSensitive: true, strict: true });
  const folder = join(packageRoot(), "server", "pages", "static");
  for (const [path, [file, type]] of Object.entries(FILES)) {
    const content = readFileSync(join(folder, file), "utf8");
    router
      .route(path)
      .get(pageHeaders, (_request, response) => void response.type(`${type}; charset=utf-8`).send(content))
      .all(only("GET"));
  }
  return router;
}

const self = ["'self'"];
const none = ["'none'"];
const pageHeaders = helmet({
  contentSecurityPolicy: {
    useDefaults: false,
    directives: {
      defaultSrc: none,
      scriptSrc: self,
      styleSrc: self,
      connectSrc: self,
      formAction: self,
      baseUri: none,
      frameAncestors: none,
    },
  },
  xFrameOptions: { action: "deny" },
  // Not over plain HTTP: a try-out on this machine is to stay one.
  strictTransportSecurity: false,
});
