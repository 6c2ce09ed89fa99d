import { Refusal } from "./refusal.ts";

/** Does the work of a command in each workspace, one after the other, and prints which, where there are several. One that fails
 *  does not stop the others: in the end the command is refused with what every one of them said. */
export async function inEach(
  workspaceIds: readonly string[],
  work: (workspaceId: string) => Promise<void>,
): Promise<void> {
  const [only] = workspaceIds;
  if (workspaceIds.length === 1 && only !== undefined) return work(only);
  const failed: string[] = [];
  let exitCode: 1 | 2 = 1;
  for (const workspaceId of workspaceIds) {
    console.log(`workspace ${workspaceId}`);
    try {
      await work(workspaceId);
    } catch (error) {
      if (!(error instanceof Refusal) || error.exitCode === 2) exitCode = 2;
      const lines =
        error instanceof Refusal ? error.lines : [error instanceof Error ? error.message : "failed"];
      failed.push(...lines.map((line, index) => (index === 0 ? `workspace ${workspaceId}: ${line}` : line)));
    }
  }
  if (failed.length > 0) throw new Refusal(failed, exitCode);
}
