import { AppError } from "../app-error.ts";
import { etagOf, versionsSeen } from "../http/etag.ts";
import { serve, type Served } from "../http/serve.ts";
import type { Services } from "../http/services.ts";
import { activateAction, addAction, disableAction, enableAction } from "./changes.ts";
import { getConfiguration, setConfiguration } from "./configuration.ts";
import { getVersion, listVersions } from "./history.ts";
import {
  activateActionOperation,
  addActionOperation,
  disableActionOperation,
  enableActionOperation,
  getConfigurationOperation,
  getConfigurationVersionOperation,
  listActionsOperation,
  listConfigurationsOperation,
  removeActionOperation,
  setConfigurationOperation,
} from "./operations-contract.ts";
import { checkAction, listActions } from "./read-action.ts";

/** The action that a workspace adds, activates, configures and switches off and on. */
export function actionOperations(services: Services): readonly Served[] {
  const { database, billing, rules, regionDefault, clock } = services;
  const around = () => ({ rules: rules.current(), regionDefault });
  return [
    serve(listActionsOperation, async ({ caller }) => listActions(database, caller.workspaceId)),

    serve(addActionOperation, async ({ body, caller: { workspaceId, actor } }) => {
      return addAction(database, workspaceId, body.action, { actor, at: clock() });
    }),

    serve(activateActionOperation, async ({ params, caller: { workspaceId, actor } }) => {
      return activateAction(database, workspaceId, params.action, billing, { actor, at: clock() });
    }),

    serve(enableActionOperation, async ({ params, caller: { workspaceId, actor } }) => {
      return enableAction(database, workspaceId, params.action, billing, { actor, at: clock() });
    }),

    serve(disableActionOperation, async ({ params, caller: { workspaceId, actor } }) => {
      return disableAction(database, workspaceId, params.action, { actor, at: clock() });
    }),

    serve(removeActionOperation, async ({ params }) => {
      checkAction(params.action);
      const message =
        "Customer Enrichment is built in and cannot be removed. To stop it, disable it " +
        `(POST /v1/actions/${params.action}/disable): nothing is collected then, and nothing is deleted.`;
      throw new AppError("action_built_in", message);
    }),

    serve(getConfigurationOperation, async ({ params, caller, setHeader }) => {
      const view = await getConfiguration(database, caller.workspaceId, params.action, around());
      setHeader("ETag", etagOf(view.version));
      return view;
    }),

    serve(setConfigurationOperation, async ({ params, body, request, caller, setHeader }) => {
      const seen = versionsSeen(request);
      const { workspaceId, actor } = caller;
      const deed = { actor, at: clock() };
      const view = await setConfiguration(database, workspaceId, params.action, body, seen, around(), deed);
      setHeader("ETag", etagOf(view.version));
      return view;
    }),

    serve(listConfigurationsOperation, async ({ params, query, caller }) => {
      return listVersions(database, caller.workspaceId, params.action, query);
    }),

    serve(getConfigurationVersionOperation, async ({ params, query, caller }) => {
      const version = versionNumber(params.version);
      return getVersion(database, caller.workspaceId, params.action, version, query.against);
    }),
  ];
}

/** Versions are numbered from 1; nine digits fit the database's integer. */
function versionNumber(text: string): number {
  if (/^[1-9][0-9]{0,8}$/u.test(text)) return Number(text);
  throw new AppError("configuration_not_found", "The configuration has no such version.");
}
