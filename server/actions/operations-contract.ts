import { operation } from "../http/operation-contract.ts";
import {
  ActionList,
  ActionView,
  Configuration,
  ConfigurationView,
  DiffQuery,
  NewAction,
  VersionList,
  VersionsQuery,
  VersionView,
} from "./contract.ts";

const group = "The action";

export const listActionsOperation = operation({
  id: "listActions",
  method: "get",
  path: "/v1/actions",
  title: "The actions that are available and added: status, activation, and who did it",
  group,
  answer: ActionList,
});

export const addActionOperation = operation({
  id: "addAction",
  method: "post",
  path: "/v1/actions",
  title: "Add an action to the workspace",
  about: "It does nothing until it is activated.",
  group,
  body: NewAction,
  status: 201,
  problems: ["action_not_found", "action_added"],
  answer: ActionView,
});

export const activateActionOperation = operation({
  id: "activateAction",
  method: "post",
  path: "/v1/actions/{action}/activate",
  title: "Activate an action that was added",
  about:
    "It counts at once, for conversations that begin from then on; those that began before stay as they are. Takes the plan " +
    "Professional or Enterprise in good standing. Activated once, it stays so: activating again enables it.",
  group,
  problems: ["action_not_found", "action_not_added", "upgrade_required"],
  answer: ActionView,
});

export const enableActionOperation = operation({
  id: "enableAction",
  method: "post",
  path: "/v1/actions/{action}/enable",
  title: "Switch an activated action on again",
  about: "It goes on in the conversations that began since its activation.",
  group,
  problems: ["action_not_found", "action_not_added", "action_not_activated", "upgrade_required"],
  answer: ActionView,
});

export const disableActionOperation = operation({
  id: "disableAction",
  method: "post",
  path: "/v1/actions/{action}/disable",
  title: "Switch an action off",
  about:
    "From the next message on nothing is collected or asked. Messages are still stored, and nothing is deleted.",
  group,
  problems: ["action_not_found", "action_not_added", "action_not_activated"],
  answer: ActionView,
});

export const removeActionOperation = operation({
  id: "removeAction",
  method: "delete",
  path: "/v1/actions/{action}",
  title: "Remove an action; those that are built in are not removed",
  group,
  problems: ["action_not_found", "action_not_added", "action_built_in"],
  answer: null,
});

export const getConfigurationOperation = operation({
  id: "getActionConfiguration",
  method: "get",
  path: "/v1/actions/{action}/configuration",
  title: "How the action is configured, and what is in force by it",
  group,
  etag: true,
  problems: ["action_not_found", "action_not_added"],
  answer: ConfigurationView,
});

export const setConfigurationOperation = operation({
  id: "setActionConfiguration",
  method: "put",
  path: "/v1/actions/{action}/configuration",
  title: "Configure the action anew, as a whole",
  about: "What is left out is as it is by default. It counts from the next message on.",
  group,
  body: Configuration,
  ifMatch: true,
  etag: true,
  problems: ["action_not_found", "action_not_added"],
  answer: ConfigurationView,
});

export const listConfigurationsOperation = operation({
  id: "listActionConfigurations",
  method: "get",
  path: "/v1/actions/{action}/configuration/versions",
  title: "Every version of the configuration, the latest first, and who made it",
  group,
  query: VersionsQuery,
  problems: ["action_not_found", "action_not_added"],
  answer: VersionList,
});

export const getConfigurationVersionOperation = operation({
  id: "getActionConfigurationVersion",
  method: "get",
  path: "/v1/actions/{action}/configuration/versions/{version}",
  title: "A version of the configuration, and how it differs from another one",
  group,
  query: DiffQuery,
  problems: ["action_not_found", "action_not_added", "configuration_not_found"],
  answer: VersionView,
});
