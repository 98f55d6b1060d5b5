import { readFileSync } from 'node:fs';
import { ConfigError } from './setting.ts';

/**
 * What a file holds that a setting names.
 * @throws ConfigError when it cannot be read
 */
export function readText(name: string, file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new ConfigError(`${name}: ${file} cannot be read (${code}).`, { cause: error });
  }
}

/** The one line of a file that holds a value. */
export function readLine(name: string, file: string): string {
  const text = readText(name, file).replace(/\r?\n$/, '');
  if (text === '' || /[\r\n]/.test(text)) throw new ConfigError(`${name}: ${file} must hold one line, the value.`);
  return text;
}
