import { operation } from "../http/operation-contract.ts";
import { CsvQuery, PersonExport, PersonQuery } from "./contract.ts";

const group = "Export and import";

export const exportCustomersOperation = operation({
  id: "exportCustomers",
  method: "get",
  path: "/v1/customers/export.csv",
  title: "The customers as CSV: those that a filter finds, or everybody",
  group,
  query: CsvQuery,
  answer: {
    mediaType: "text/csv; charset=utf-8; header=present",
    about: "A header, and a line for each customer (RFC 4180).",
  },
});

export const exportCustomerOperation = operation({
  id: "exportCustomer",
  method: "get",
  path: "/v1/customers/{id}/export",
  title: "All that is kept of one person",
  group,
  query: PersonQuery,
  problems: ["customer_not_found", "customer_merged"],
  answer: {
    mediaType: "application/json; charset=utf-8",
    about: "The person's values and where they come from, notes and conversations.",
    json: PersonExport,
  },
});
