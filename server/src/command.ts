import { realpathSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** The file that npm links as `warifu`: beside the bundle of a release, among the sources of a checkout. */
const programs = ['warifu.js', 'cli/warifu.js'].map((file) => join(import.meta.dirname, file));

/**
 * How the host command is typed on this machine: by its name where it is installed, else as npm runs it in the folder
 * of the checkout. Help, pages and errors take it from here.
 * @param path the folders that are searched for programs
 */
export function commandName(path = ''): string {
  // npm puts these in front of what it runs; a person's shell does not search them.
  const folders = path.split(delimiter).filter((folder) => folder !== '' && !/node_modules[\\/]\.bin$/.test(folder));
  const selves = programs.flatMap((file) => realPathOf(file) ?? []);
  const found = folders.some((folder) => selves.includes(realPathOf(join(folder, 'warifu')) ?? ''));
  return found ? 'warifu' : 'npx warifu';
}

function realPathOf(file: string): string | undefined {
  try {
    return realpathSync(file);
  } catch {
    return undefined;
  }
}
