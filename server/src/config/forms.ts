import { resolve } from 'node:path';
import { ConfigError, type Form } from './setting.ts';

/** Any text. */
export function text(form: string): Form<string> {
  return { type: 'text', form, read: (written) => written };
}

/** A path; a relative one counts from the working folder. */
export function path(form: 'file' | 'folder'): Form<string> {
  return { type: 'text', form, read: (written) => resolve(written) };
}

/** A whole number within bounds. */
export function integer(min: number, max: number): Form<number> {
  const read: Form<number>['read'] = (written, { name }) => {
    const value = /^\d+$/.test(written) ? Number(written) : Number.NaN;
    if (value >= min && value <= max) return value;
    throw new ConfigError(`${name} must be a whole number from ${min} to ${max}.`);
  };
  return { type: 'number', form: `${min}–${max}`, read };
}

/** One of a few words. */
export function oneOf<const T extends string>(values: readonly T[]): Form<T> {
  const read: Form<T>['read'] = (written, { name }) => {
    const value = values.find((candidate) => candidate === written);
    if (value !== undefined) return value;
    throw new ConfigError(`${name} must be one of: ${values.join(', ')}.`);
  };
  return { type: 'text', form: values.map((value) => `\`${value}\``).join(', '), read };
}

/** `0` or `1`; in a file also `false` or `true`. */
export function toggle(): Form<boolean> {
  const { form, read } = oneOf(['0', '1']);
  return { type: 'switch', form, read: (written, at) => read(written, at) === '1' };
}

/** Parts of a list, separated by commas or spaces. */
export function partsOf(written: string): string[] {
  return written.split(/[\s,]+/).filter((part) => part !== '');
}
