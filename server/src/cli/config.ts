import { type Entry, inspectConfig } from '../config/config.ts';
import { redacted } from '../config/redact.ts';
import { servingFault } from '../config/serving.ts';
import { ConfigError, type Origin } from '../config/setting.ts';
import { asTable, exitCodes, type Output, print } from './frame.ts';

export type PrintOptions = Output & { readonly showSecrets?: boolean };

/**
 * Prints every setting as it counts now, and where it came from; secrets only when that is asked for.
 * @returns the exit code
 * @throws ConfigError with all that is wrong, after what can be read was printed
 */
export function printConfig(options: PrintOptions): number {
  const { entries, findings } = inspectConfig(process.env);
  const shown = entries.map((entry) => ({ ...entry, value: shownValue(entry, options) }));
  const data = Object.fromEntries(
    shown.map(({ setting, value, origin }) => [setting.name, { value, from: origin.kind, place: origin.place }]),
  );
  print(options, data, () =>
    asTable(
      ['SETTING', 'VALUE', 'FROM'],
      shown.map(({ setting, value, origin }) => [setting.name, asWritten(value), sayOrigin(origin)]),
    ),
  );
  if (findings.length > 0) throw new ConfigError(findings.join('\n'));
  return exitCodes.ok;
}

/**
 * Says all that is wrong with the configuration; no database and no mail server is touched.
 * @returns the exit code
 * @throws ConfigError with a line for each finding
 */
export function checkConfig(output: Output): number {
  const { config, findings: wrong } = inspectConfig(process.env);
  const fault = config && servingFault(config);
  const findings = fault === undefined ? wrong : [...wrong, fault];
  if (output.json) process.stdout.write(`${JSON.stringify({ ok: findings.length === 0, findings })}\n`);
  else if (findings.length === 0) process.stdout.write('The configuration can be used.\n');
  else throw new ConfigError(findings.join('\n'));
  return findings.length === 0 ? exitCodes.ok : exitCodes.configuration;
}

function shownValue({ setting, value, origin }: Entry, { showSecrets }: PrintOptions): unknown {
  if (value === undefined) return null;
  const isSecret = setting.secret === 'value' && origin.kind !== 'default';
  return isSecret && !showSecrets ? redacted(value) : value;
}

function asWritten(value: unknown): string {
  if (Array.isArray(value)) return value.join(', ');
  if (typeof value === 'boolean') return value ? '1' : '0';
  if (value === null) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function sayOrigin({ kind, place }: Origin): string {
  return kind === 'default' || kind === 'environment' ? kind : `${kind} ${place}`;
}
