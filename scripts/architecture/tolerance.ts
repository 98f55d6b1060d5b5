import { type Finding, type Rule, rules } from './rules.ts';

/** How many findings of a rule a file may have for now. */
export type Tolerated = Partial<Record<Rule, Record<string, number>>>;

/**
 * Takes away what is tolerated. Where there is more than that, all of the file is shown, as nobody knows which one is
 * new; where there is less, the entry is a finding, so that what was gained is kept.
 */
export function exceeding(findings: readonly Finding[], tolerated: Tolerated): Finding[] {
  const groups = Map.groupBy(findings, keyOf);
  const more = findings.filter(
    (finding) => (groups.get(keyOf(finding))?.length ?? 0) > (tolerated[finding.rule]?.[finding.path] ?? 0),
  );
  return [...more, ...stale(groups, tolerated)];
}

function stale(groups: ReadonlyMap<string, readonly Finding[]>, tolerated: Tolerated): Finding[] {
  return ruleNames().flatMap((rule) =>
    Object.entries(tolerated[rule] ?? {}).flatMap(([path, count]): Finding[] => {
      const present = groups.get(keyOf({ rule, path }))?.length ?? 0;
      if (present >= count) return [];
      return [{ rule: 'tolerated', path, line: 1, problem: `${rule}: ${count} tolerated, ${present} there` }];
    }),
  );
}

/** What would have to be tolerated for the findings to pass. */
export function tolerating(findings: readonly Finding[]): Tolerated {
  const of = (rule: Rule) => findings.filter((finding) => finding.rule === rule).map(({ path }) => path);
  return Object.fromEntries(ruleNames().flatMap((rule) => (of(rule).length === 0 ? [] : [[rule, counts(of(rule))]])));
}

function counts(paths: readonly string[]): Record<string, number> {
  return Object.fromEntries(
    [...new Set(paths)].sort().map((path) => [path, paths.filter((one) => one === path).length]),
  );
}

/** The findings as a text, by rule. */
export function readable(findings: readonly Finding[]): string {
  return ruleNames()
    .map((rule) => ({ rule, lines: findings.filter((finding) => finding.rule === rule).map(show) }))
    .filter(({ lines }) => lines.length > 0)
    .map(({ rule, lines }) => `${rules[rule]} (${lines.length}):\n${lines.join('\n')}`)
    .join('\n\n');
}

function show({ path, line, problem }: Finding): string {
  return `  ${path}:${line}  ${problem}`;
}

function keyOf({ rule, path }: Pick<Finding, 'rule' | 'path'>): string {
  return `${rule} ${path}`;
}

function ruleNames(): Rule[] {
  return Object.keys(rules) as Rule[];
}
