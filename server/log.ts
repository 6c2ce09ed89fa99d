import { pino } from "pino";
import type { DestinationStream, Level, Logger } from "pino";
import { AppError } from "./app-error.ts";

export type Log = Logger;

const FRAMES_MAX = 12; // enough to find the place
const CAUSES_MAX = 4;

/** The program's log: JSON lines, on the standard error stream unless another is given.
 *  Nothing that a customer wrote may reach it: no texts, handles, values, query strings or database parameters. */
export function createLog(level: Level | "silent", destination?: DestinationStream): Log {
  return pino(
    { level, base: { pid: process.pid }, serializers: { err: (error: unknown) => errorForLog(error) } },
    // Standard output belongs to people: the address, the key, a command's answer.
    destination ?? pino.destination({ fd: 2, sync: true }),
  );
}

/** An error without its message. A database error's message quotes the statement with its values, so only codes,
 *  names of things and places in the program are kept; an AppError's own sentence is free of them. */
export function errorForLog(error: unknown, depth = 1): Readonly<Record<string, unknown>> {
  if (!(error instanceof Error)) return { type: typeof error };
  const kept: Record<string, unknown> = { type: error.name, frames: framesOf(error) };
  if (error instanceof AppError) kept["message"] = error.message;
  for (const key of ["code", "constraint", "table", "column", "routine", "syscall", "port"] as const) {
    const value: unknown = Reflect.get(error, key);
    if (typeof value === "string" || typeof value === "number") kept[key] = value;
  }
  if (error.cause !== undefined && depth < CAUSES_MAX) kept["cause"] = errorForLog(error.cause, depth + 1);
  return kept;
}

function framesOf(error: Error): readonly string[] {
  // The stack begins with the message, which may have lines that look like places.
  const stack = (error.stack ?? "").replace(error.message, "");
  const lines = stack.split("\n").filter((line) => /^ {4}at .+:\d+:\d+\)?$/u.test(line));
  return lines.slice(0, FRAMES_MAX).map((line) => line.trim());
}
