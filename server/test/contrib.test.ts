import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseYaml } from '@redocly/openapi-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { call } from './support/client.ts';
import { enrol, newRoot } from './support/people.ts';
import { startTestServer, type TestServer } from './support/server.ts';

const contrib = join(import.meta.dirname, '../../contrib');
const read = (name: string) => readFileSync(join(contrib, name), 'utf8');

type Rule = {
  alert: string;
  expr: string;
  for?: string;
  labels: { severity: string };
  annotations: { summary: string };
};
const { groups } = parseYaml(read('prometheus/warifu.rules.yml')) as { groups: { rules: Rule[] }[] };
const rules = groups.flatMap((group) => group.rules);

type Dashboard = { panels: { title: string; targets: { expr: string }[] }[] };
const dashboard = JSON.parse(read('grafana/warifu.json')) as Dashboard;
const shown = dashboard.panels.flatMap(({ title, targets }) => targets.map(({ expr }) => [title, expr] as const));

/** What a scrape has: each name, and the names and values of its labels. */
type Scraped = Map<string, Map<string, Set<string>>>;

function scrapedOf(text: string): Scraped {
  const all: Scraped = new Map();
  for (const [, name = ''] of text.matchAll(/^# TYPE (\S+)/gm)) all.set(name, new Map());
  for (const [, name = '', pairs = ''] of text.matchAll(/^([a-z_]\w*)\{(.*)\} \S+$/gm)) {
    const labels = all.get(name) ?? new Map<string, Set<string>>();
    all.set(name, labels);
    for (const [, label = '', value = ''] of pairs.matchAll(/(\w+)="([^"]*)"/g)) {
      labels.set(label, (labels.get(label) ?? new Set()).add(value));
    }
  }
  return all;
}

/** The metrics of an expression, each with the labels that it asks for. */
function metricsIn(expr: string) {
  const found = [...expr.matchAll(/\b((?:warifu|process|nodejs)_\w+)(?:\{([^}]*)\})?/g)];
  return found.map(([, name = '', selector = '']) => ({
    name,
    labels: [...selector.matchAll(/(\w+)="([^"]*)"/g)].map(([, label = '', value = '']) => [label, value] as const),
  }));
}

/** Labels that Prometheus itself gives. */
const ofPrometheus = ['job', 'instance'];

describe('alert rules and dashboard', () => {
  let server: TestServer;
  let scraped: Scraped;
  beforeAll(async () => {
    const token = 'a-token-of-some-length';
    server = await startTestServer('sqlite', { WARIFU_METRICS_TOKEN: token });
    const root = await newRoot(server);
    await enrol(server, root);
    await call(server, 'POST', '/v1/auth', { body: { email: root.email, password: 'wrong' } });
    for (let i = 0; i < 70; i++) server.ctx.counts.errors.add({ code: 'COM0429' });
    server.ctx.counts.failedJobs.add({ job_name: 'mail' });
    const answer = await call(server, 'GET', '/metrics', { headers: { authorization: `Bearer ${token}` } });
    scraped = scrapedOf(answer.text);
  });
  afterAll(() => server.stop());

  const expressions = [...rules.map(({ alert, expr }) => [alert, expr] as const), ...shown];

  it.each(expressions)('%s asks for what a scrape has: %s', (_, expr) => {
    const asked = metricsIn(expr);
    expect(asked.length + (expr.includes('up{') ? 1 : 0)).toBeGreaterThan(0);
    for (const { name, labels } of asked) {
      expect([...scraped.keys()], expr).toContain(name);
      for (const [label, value] of labels.filter(([label]) => !ofPrometheus.includes(label))) {
        expect([...(scraped.get(name)?.get(label) ?? [])], `${name} ${label}`).toContain(value);
      }
    }
    for (const [, by = ''] of expr.matchAll(/\bby \(([^)]*)\)/g)) {
      const known = asked.flatMap(({ name }) => [...(scraped.get(name)?.keys() ?? [])]);
      for (const label of by.split(/[, ]+/)) expect([...known, ...ofPrometheus], expr).toContain(label);
    }
    // Parentheses and braces are closed.
    for (const [open, close] of ['()', '{}', '[]']) {
      expect(expr.split(open as string).length, expr).toBe(expr.split(close as string).length);
    }
  });

  it('say how grave they are and what is wrong, each by a name of its own', () => {
    expect(new Set(rules.map(({ alert }) => alert)).size).toBe(rules.length);
    for (const { alert, labels, annotations } of rules) {
      expect([alert, labels.severity]).toEqual([alert, expect.stringMatching(/^(warning|critical)$/)]);
      expect(annotations.summary).toMatch(/\.$/);
    }
  });

  it.each(['guides/watch.md', 'guides/ja/watch.md'])('each stands in %s', (guide) => {
    const text = readFileSync(join(contrib, '../docs', guide), 'utf8');
    for (const { alert } of rules) expect(text).toContain(`\`${alert}\``);
  });
});
