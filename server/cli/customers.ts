import { Command } from "commander";
import { parseId } from "../http/parse-id.ts";
import { erase } from "../erasure/erase.ts";
import { Refusal } from "./refusal.ts";
import { operator, withStore } from "./with-store.ts";

export function customersCommand(): Command {
  return new Command("customers").summary("export customers, and erase one").addCommand(eraseCommand());
}

function eraseCommand(): Command {
  return new Command("erase")
    .summary("erase a customer for good and print the signed certificate")
    .argument("<id>", "the customer's id")
    .requiredOption("--confirm <id>", "the id once more: erasing cannot be undone")
    .action(async (stated: string, { confirm }: { readonly confirm: string }) => {
      const id = parseId(stated);
      if (id === null) throw new Refusal(["That is no customer's id: a UUID is expected."]);
      if (parseId(confirm) !== id) throw new Refusal(["--confirm must repeat the customer's id."]);
      const occasion = {
        subject: { kind: "customer", id },
        cause: "request",
        actor: operator(),
        now: Date.now(),
      } as const;
      const target = { customerId: id, conversationIds: [] };
      const erasure = await withStore((store, workspaceId) => erase(store, workspaceId, target, occasion));
      if (erasure === null) throw new Refusal(["There is no such customer."], 1);
      console.log(JSON.stringify(erasure, null, 2));
    });
}
