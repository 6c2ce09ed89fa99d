import { Command } from "commander";
import { AppError } from "../app-error.ts";
import { examine } from "../doctor/examine.ts";
import { findingsOf, type Finding } from "../doctor/finding.ts";
import { readEnvironment } from "../environment.ts";
import { configuredKeys } from "./configured-keys.ts";
import { openConfigured } from "./installation.ts";
import { Refusal } from "./refusal.ts";

const SIGNS = { ok: "ok      ", advice: "advice  ", problem: "PROBLEM " } as const;

export function doctorCommand(): Command {
  return new Command("doctor")
    .summary("check this installation and say what to do")
    .description(
      [
        "Looks at the machine, the rules, the database, its keys and clock, the mail server, and the public address. Changes nothing.",
        "Exit code 0: nothing has to be put right; 1: something has. With the embedded database, stop the server first.",
      ].join("\n"),
    )
    .option("--json", "as JSON: {findings: [{check, level, says}], problems}")
    .action(async ({ json }: { readonly json?: boolean }) => {
      const findings = await examineSettings();
      const problems = findings.filter(({ level }) => level === "problem").length;
      console.log(json ? JSON.stringify({ findings, problems }, null, 2) : report(findings));
      if (problems > 0) process.exitCode = 1;
    });
}

async function examineSettings(): Promise<readonly Finding[]> {
  const read = readEnvironment(process.env, process.cwd());
  if ("problems" in read) return read.problems.map(findingsOf("settings").problem);
  const { environment } = read;
  // As in development: a login that production refuses is to be told of beside everything else.
  const openDatabase = () => openConfigured({ ...environment, NODE_ENV: "development" });
  const openKeys = () => asAppError(() => configuredKeys(environment, () => {}).inUse);
  return examine(environment, { openDatabase, openKeys });
}

/** What the command line refuses in lines is a finding here. */
function asAppError<Result>(work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    if (error instanceof Refusal) throw new AppError("keys_unavailable", error.lines.join(" "));
    throw error;
  }
}

function report(findings: readonly Finding[]): string {
  const width = Math.max(...findings.map(({ check }) => check.length));
  const lines = findings.map(({ check, level, says }) => `${SIGNS[level]}${check.padEnd(width)}  ${says}`);
  const count = (level: Finding["level"]) => findings.filter((one) => one.level === level).length;
  const [problems, advice] = [count("problem"), count("advice")];
  const end = problems === 0 ? "Nothing has to be put right" : `${problems} to be put right`;
  return [...lines, "", `${end}; ${advice} could be better.`].join("\n");
}
