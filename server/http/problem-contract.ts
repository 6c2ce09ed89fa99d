import { z } from "zod";
import { APP_ERRORS, type AppErrorCode } from "../app-error.ts";

const codes = Object.keys(APP_ERRORS) as readonly AppErrorCode[];

/** RFC 9457 problem details. `code` is what programs should look at; `instance` names the request in the log. */
export const Problem = z.object({
  type: z.literal("about:blank"),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  code: z.enum(codes),
  instance: z.string().exactOptional(),
  /** Of a request that is not valid: what is wrong, and where. `pointer`: a JSON pointer (RFC 6901) into the body, or "?name". */
  errors: z.array(z.object({ pointer: z.string(), detail: z.string() })).exactOptional(),
  /** The customer into whom the one that was asked for was merged. */
  mergedInto: z.uuid().exactOptional(),
  /** Of upgrade_required: where the plan can be changed, as a URL or as a path of this server. */
  upgradeUrl: z.string().exactOptional(),
});
export type Problem = Readonly<z.infer<typeof Problem>>;
