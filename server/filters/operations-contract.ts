import { operation } from "../http/operation-contract.ts";
import { FilterList, NewFilter, SavedFilter } from "./contract.ts";

const group = "Saved filters";

export const listFiltersOperation = operation({
  id: "listFilters",
  method: "get",
  path: "/v1/filters",
  title: "The filters that are saved, by name",
  group,
  answer: FilterList,
});

export const saveFilterOperation = operation({
  id: "saveFilter",
  method: "post",
  path: "/v1/filters",
  title: "Save a filter of customers under a name",
  group,
  body: NewFilter,
  status: 201,
  problems: ["filter_exists", "too_many_filters"],
  answer: SavedFilter,
});

export const deleteFilterOperation = operation({
  id: "deleteFilter",
  method: "delete",
  path: "/v1/filters/{id}",
  title: "Delete a saved filter",
  group,
  problems: ["filter_not_found"],
  answer: null,
});
