import { z } from "zod";

/** What a member of a workspace is in it, the most first. */
export const ROLES = ["owner", "admin", "agent", "viewer"] as const;
export const Role = z.enum(ROLES);
export type Role = z.infer<typeof Role>;

/** What an API key may do. None of them holds another. */
export const SCOPES = ["chat", "customers:read", "customers:write", "export", "erase", "admin"] as const;
export const Scope = z.enum(SCOPES);
export type Scope = z.infer<typeof Scope>;

/** Who may do what: the members with one of these roles, and the keys with this scope (null: no key). */
export interface Permission {
  readonly roles: readonly Role[];
  readonly scope: Scope | null;
}

/** "anybody": without any credential. "person": whoever is signed in, of whatever workspace. */
export type Access = "anybody" | "person" | Permission;
