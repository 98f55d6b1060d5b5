import { userInfo } from 'node:os';

/**
 * The user of the host that types a command, for the audit log: its name, or its number where it has none. Platforms such
 * as OpenShift run a container as a number that no `/etc/passwd` knows.
 */
export function hostUser(): string {
  try {
    return userInfo().username;
  } catch {
    return String(process.getuid?.() ?? 'unknown');
  }
}
