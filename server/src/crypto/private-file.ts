import { statSync } from 'node:fs';

/**
 * Whether users of the host may read a file, or write it, whom what it holds is none of.
 * SECURITY: a secret that others can read protects nothing. A volume of secrets gives its files to a group of the process
 * instead; that it may read them is what the group is for.
 */
export function isOpenToOthers(file: string): boolean {
  const { mode, gid } = statSync(file);
  const isOwnGroup = process.getegid?.() === gid || (process.getgroups?.().includes(gid) ?? false);
  const refused = isOwnGroup ? 0o037 : 0o077;
  return (mode & refused) !== 0;
}
