import { operation } from "../http/operation-contract.ts";
import { CustomerDetail, CustomerPage, CustomersQuery } from "./contract.ts";
import { CustomerEdit, Verification } from "./edit-contract.ts";
import { ClaimPage, ClaimsQuery, HistoryPage, HistoryQuery } from "./history-contract.ts";
import { NewNote, NotePage, NotesQuery, NoteView } from "./note-contract.ts";
import { Tags } from "./tag-contract.ts";

const group = "Customers";

export const listCustomersOperation = operation({
  id: "listCustomers",
  method: "get",
  path: "/v1/customers",
  title: "The customers that a filter finds, in its order; without one, whoever wrote last first",
  group,
  query: CustomersQuery,
  answer: CustomerPage,
});

export const getCustomerOperation = operation({
  id: "getCustomer",
  method: "get",
  path: "/v1/customers/{id}",
  title: "A customer: the values, where each comes from, and the conversations",
  group,
  etag: true,
  problems: ["customer_not_found", "customer_merged"],
  answer: CustomerDetail,
});

export const editCustomerOperation = operation({
  id: "editCustomer",
  method: "patch",
  path: "/v1/customers/{id}",
  title: "Set values of a customer by hand, or take back what was set",
  group,
  ifMatch: true,
  etag: true,
  body: CustomerEdit,
  problems: ["customer_not_found", "customer_merged", "email_taken", "customer_busy"],
  answer: CustomerDetail,
});

export const verifyFieldOperation = operation({
  id: "verifyField",
  method: "post",
  path: "/v1/customers/{id}/verify",
  title: "Say that a value is verified, or take that back",
  group,
  ifMatch: true,
  etag: true,
  body: Verification,
  problems: ["customer_not_found", "customer_merged", "nothing_to_verify", "customer_busy"],
  answer: CustomerDetail,
});

export const acceptClaimOperation = operation({
  id: "acceptClaim",
  method: "post",
  path: "/v1/customers/{id}/claims/{claimId}/accept",
  title: "Take the value of a claim, one in conflict for instance, as the customer's",
  group,
  ifMatch: true,
  etag: true,
  problems: ["customer_not_found", "customer_merged", "claim_not_found", "email_taken", "customer_busy"],
  answer: CustomerDetail,
});

export const listCustomerConversationsOperation = operation({
  id: "listCustomerConversations",
  method: "get",
  path: "/v1/customers/{id}/conversations",
  title: "What a customer has said, across platforms; whoever reads it is audited",
  group,
  query: HistoryQuery,
  problems: ["customer_not_found", "customer_merged"],
  answer: HistoryPage,
});

export const listClaimsOperation = operation({
  id: "listClaims",
  method: "get",
  path: "/v1/customers/{id}/claims",
  title: "Every value that was given for a customer, and what became of it; whoever reads it is audited",
  group,
  query: ClaimsQuery,
  problems: ["customer_not_found", "customer_merged"],
  answer: ClaimPage,
});

export const listNotesOperation = operation({
  id: "listNotes",
  method: "get",
  path: "/v1/customers/{id}/notes",
  title: "What staff noted down about a customer, the latest first",
  group,
  query: NotesQuery,
  problems: ["customer_not_found", "customer_merged"],
  answer: NotePage,
});

export const addNoteOperation = operation({
  id: "addNote",
  method: "post",
  path: "/v1/customers/{id}/notes",
  title: "Note something down about a customer",
  group,
  body: NewNote,
  status: 201,
  problems: ["customer_not_found", "customer_merged"],
  answer: NoteView,
});

export const deleteNoteOperation = operation({
  id: "deleteNote",
  method: "delete",
  path: "/v1/customers/{id}/notes/{noteId}",
  title: "Delete a note",
  group,
  problems: ["customer_not_found", "customer_merged", "note_not_found"],
  answer: null,
});

export const getTagsOperation = operation({
  id: "getTags",
  method: "get",
  path: "/v1/customers/{id}/tags",
  title: "The tags of a customer",
  group,
  etag: true,
  problems: ["customer_not_found", "customer_merged"],
  answer: Tags,
});

export const addTagOperation = operation({
  id: "addTag",
  method: "put",
  path: "/v1/customers/{id}/tags/{tag}",
  title: "Give a customer a tag",
  group,
  etag: true,
  problems: ["invalid_request", "customer_not_found", "customer_merged", "too_many_tags"],
  answer: Tags,
});

export const removeTagOperation = operation({
  id: "removeTag",
  method: "delete",
  path: "/v1/customers/{id}/tags/{tag}",
  title: "Take a tag away from a customer",
  group,
  etag: true,
  problems: ["invalid_request", "customer_not_found", "customer_merged"],
  answer: Tags,
});
