import { lockFolder } from "../../../server/database/folder-lock.ts";

// A process of its own for folder-lock.test.ts: takes the lock of the folder that is named, says how that went, and holds
// it until its standard input ends. It is ended by a signal, too: then nothing is released.
const [folder = ""] = process.argv.slice(2);
try {
  const lock = await lockFolder(folder);
  console.log("locked");
  process.stdin.resume();
  process.stdin.once("end", () => {
    void lock.release();
  });
} catch (error) {
  console.log(error instanceof Error ? error.message : String(error));
}
