import { parseArgs } from 'node:util';

const scenarioNames = ['call', 'scale', 'postgres', 'sign-in', 'decide', 'peers', 'memory', 'load', 'gate'] as const;
export type ScenarioName = (typeof scenarioNames)[number];

export type Options = {
  readonly only: readonly ScenarioName[];
  /** How often the candidates take turns with the bare floor. */
  readonly rounds: number;
  /** Length of one slice. */
  readonly seconds: number;
  readonly connections: number;
  /** Calls between the two readings of memory. */
  readonly calls: number;
  /** Sessions of the large table. */
  readonly sessions: number;
  /** How often `load` goes through its storms. */
  readonly passes: number;
  readonly out: string | undefined;
};

/**
 * Reads the command line.
 * @throws Error with a sentence for the person who typed it
 */
export function readOptions(args: readonly string[]): Options {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      only: { type: 'string', multiple: true, default: [] },
      rounds: { type: 'string', default: '5' },
      seconds: { type: 'string', default: '5' },
      connections: { type: 'string', default: '50' },
      calls: { type: 'string', default: '1000000' },
      sessions: { type: 'string', default: '1000000' },
      passes: { type: 'string', default: '1' },
      out: { type: 'string' },
    },
  });
  const named = [...values.only.flatMap((list) => list.split(',')), ...positionals].map(toScenario);
  return {
    only: named.length === 0 ? scenarioNames : named,
    rounds: positive('rounds', values.rounds),
    seconds: positive('seconds', values.seconds),
    connections: positive('connections', values.connections),
    calls: positive('calls', values.calls),
    sessions: positive('sessions', values.sessions),
    passes: positive('passes', values.passes),
    out: values.out,
  };
}

function toScenario(name: string): ScenarioName {
  const known = scenarioNames.find((candidate) => candidate === name);
  if (!known) throw new Error(`${name} is not a scenario. There are: ${scenarioNames.join(', ')}.`);
  return known;
}

function positive(name: string, text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new Error(`--${name} must be a whole number from 1.`);
  return value;
}
