import { operation } from "../http/operation-contract.ts";
import { IMPORT_BYTES_MAX, ImportQuery, ImportReport } from "./contract.ts";

export const importCustomersOperation = operation({
  id: "importCustomers",
  method: "post",
  path: "/v1/customers/import",
  title: "Take customers from a CSV file, or say what would be taken",
  group: "Export and import",
  query: ImportQuery,
  body: {
    mediaType: "text/csv",
    about: "A header with the names of fields, and a line for each customer (RFC 4180), in UTF-8.",
    bytesMax: IMPORT_BYTES_MAX,
  },
  secondsMax: 600,
  problems: ["malformed_csv"],
  answer: ImportReport,
});
