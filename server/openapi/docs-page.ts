import { createRequire } from "node:module";
import { Router } from "express";
import type { RequestHandler } from "express";
import { only } from "../http/only.ts";

const PAGE = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>Customer Enrichment: HTTP interface</title>
    <link rel="stylesheet" href="/docs/swagger-ui.css">
    <link rel="icon" type="image/png" href="/docs/favicon-32x32.png">
  </head>
  <body>
    <main id="docs"><p>The page is drawn by a script from <a href="/openapi.json">/openapi.json</a>.</p></main>
    <script src="/docs/swagger-ui-bundle.js"></script>
    <script src="/docs/start.js"></script>
  </body>
</html>
`;

const START = `SwaggerUIBundle({
  url: "/openapi.json",
  dom_id: "#docs",
  deepLinking: true,
  docExpansion: "list",
  defaultModelsExpandDepth: 0,
  displayRequestDuration: true,
  validatorUrl: null,
});
`;

// Swagger UI's pictures are data in its style sheet; everything else comes from here and goes to here.
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
  "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const ASSETS = ["swagger-ui.css", "swagger-ui-bundle.js", "favicon-32x32.png"] as const;
const ASSET_SECONDS = 3_600; // they change with a new version of the program

/** GET /docs: the OpenAPI document as a page to read and to try things at, with nothing of it from elsewhere. */
export function docsPage(): Router {
  const { resolve } = createRequire(import.meta.url);
  const router = Router({ caseSensitive: true });
  router.route("/docs").get(page("html", PAGE)).all(only("GET"));
  router.route("/docs/start.js").get(page("js", START)).all(only("GET"));
  for (const asset of ASSETS) {
    const file = resolve(`swagger-ui-dist/${asset}`);
    const send: RequestHandler = (_request, response) => {
      response.set("Cache-Control", `public, max-age=${ASSET_SECONDS}`);
      response.sendFile(file, { cacheControl: false, dotfiles: "allow", etag: true });
    };
    router.route(`/docs/${asset}`).get(send).all(only("GET"));
  }
  return router;
}

const page =
  (type: "html" | "js", text: string): RequestHandler =>
  (_request, response) => {
    response.set("Content-Security-Policy", POLICY).type(type).send(text);
  };
