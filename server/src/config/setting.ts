/** A configuration that cannot be used; `message` names the setting and what to do, in a line for each finding. */
export class ConfigError extends Error {}

export type Environment = Record<string, string | undefined>;

/** Where a value came from; `place` is the variable, the file, or the file and line. */
export type Origin = {
  readonly kind: 'default' | 'environment' | 'file' | 'secret file' | 'credential';
  readonly place: string;
};

/** What was written for a setting, and what messages call it. */
export type Given = { readonly text: string; readonly name: string; readonly origin: Origin };

/** Gives what a place says by a name such as `WARIFU_PORT`; undefined when it is empty or absent. */
export type Place = (name: string) => Given | undefined;

/** The value of another setting. */
export type ValueOf = <T>(setting: Setting<T>) => T;

/** What a check knows beside the text. */
export type At = {
  /** What messages call the setting: as it was written, and where. */
  readonly name: string;
  readonly value: ValueOf;
};

/** What may be written for a setting. */
export type Form<T> = {
  /** How a configuration file writes it. */
  readonly type: 'text' | 'number' | 'switch' | 'list';
  /** Documentation, Markdown. */
  readonly form: string;
  /**
   * Checks what was written and makes the value of it.
   * SECURITY: a message about a secret must not repeat it.
   * @throws ConfigError that begins with the name
   */
  readonly read: (text: string, at: At) => T;
};

/** All that there is to say about a setting; everything else that speaks of settings is made from it. */
export type Setting<T> = Form<T> & {
  /** The environment variable. */
  readonly name: `WARIFU_${string}`;
  /** Documentation, Markdown. */
  readonly meaning: string;
  /** What is read when nothing is given; without one the value is undefined. */
  readonly default?: string | ((value: ValueOf) => string);
  /** Documentation of a default that is computed, or whose text says too little; Markdown. */
  readonly defaultForm?: string;
  /**
   * Whether it must not be seen. A `value` may come as a file too, which `…_FILE` names, or as a credential of systemd.
   * A `file` is the name of such a file itself.
   */
  readonly secret?: 'value' | 'file';
  /** Whether a configuration file cannot hold it. */
  readonly isForEnvironment?: true;
};

type WithDefault<T> = Setting<T> & { readonly default: string | ((value: ValueOf) => string) };

/** A record of the table; its value has a type that does without undefined where there is a default. */
export function setting<T>(record: WithDefault<T>): Setting<T>;
export function setting<T>(record: Setting<T>): Setting<T | undefined>;
export function setting<T>(record: Setting<T>): Setting<T> {
  return record;
}

/** The credential of systemd (`LoadCredential=`) that a secret may come as. */
export function credentialName({ name }: Setting<unknown>): string {
  return name
    .toLowerCase()
    .replace(/_file$/, '')
    .replace('_', '.')
    .replaceAll('_', '-');
}

/** The names that stand for a setting: its own, and of a secret also that of a file that holds it. */
export function namesOf({ name, secret }: Setting<unknown>): string[] {
  return secret === 'value' ? [name, `${name}_FILE`] : [name];
}

/** How a configuration file calls a variable. */
export function keyOf(name: string): string {
  return name.slice('WARIFU_'.length).toLowerCase();
}
