import { endpoints, errorTable, gateEndpoints, summariesJa } from '@warifu/contract';
import { describe, expect, test } from 'vitest';
import { operationCatalogue } from '../build/operations.ts';
import { audit as auditEn } from '../src/locales/en/audit.ts';
import { audit as auditJa } from '../src/locales/ja/audit.ts';

const names = endpoints.map(({ operation }) => operation);

describe('every operation', () => {
  test('has a Japanese sentence, and nothing else has one', () => {
    const served = [...names, ...gateEndpoints.map(({ operation }) => operation)];
    expect(Object.keys(summariesJa).sort()).toEqual(served.sort());
  });

  test('can be told in the audit log, in both languages', () => {
    for (const { did } of [auditJa.audit, auditEn.audit]) {
      expect(names.filter((name) => !(name in did))).toEqual([]);
    }
    expect(Object.keys(auditEn.audit.did)).toEqual(Object.keys(auditJa.audit.did));
  });

  test('English tells trying from having done; Japanese needs one form', () => {
    for (const [name, text] of Object.entries(auditEn.audit.did))
      expect([name, text]).toEqual([name, expect.stringMatching(/^\w+\|\w+/)]);
    for (const [name, text] of Object.entries(auditJa.audit.did)) {
      expect([name, text]).toEqual([name, expect.not.stringMatching(/\||する$|した$/)]);
    }
  });

  test('the same names stand in both languages', () => {
    const inBraces = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort();
    for (const [name, text] of Object.entries(auditJa.audit.did)) {
      const english = auditEn.audit.did[name as keyof typeof auditEn.audit.did];
      // English repeats no name that it can leave out, and the other way round.
      expect([name, new Set(inBraces(english))]).toEqual([name, new Set(inBraces(text))]);
    }
  });
});

test('the codes that a refusal can carry have words', () => {
  for (const code of ['AUM0015', 'AUM0016', 'AUM0017', 'AUM0024', 'AUM0040', 'COM0403']) {
    expect(errorTable).toHaveProperty(code);
    for (const { reasons } of [auditJa.audit, auditEn.audit]) expect(reasons).toHaveProperty([code]);
  }
});

test('pages get names, variables and both sentences of every operation', async () => {
  const plugin = operationCatalogue() as unknown as {
    resolveId: (id: string) => string | undefined;
    load: (id: string) => Promise<string | undefined>;
    transform: (code: string, id: string) => string | undefined;
  };
  const id = plugin.resolveId('virtual:operations') ?? '';
  const code = (await plugin.load(id)) ?? '';
  const operations = JSON.parse(code.replace(/^export const operations = |;$/g, '')) as Record<string, unknown>[];
  expect(operations.map(({ name }) => name)).toEqual(names);
  expect(operations.find(({ name }) => name === 'User:revokeUserMFA')).toEqual({
    name: 'User:revokeUserMFA',
    pathVariables: ['operator_id', 'user_name'],
    queryParameters: [],
    summary: { en: expect.stringContaining('Disable'), ja: summariesJa['User:revokeUserMFA'] },
    access: 'permission',
    traits: expect.arrayContaining(['removes-mfa']),
    target: 'user_name',
  });
  expect(await plugin.load('another')).toBeUndefined();
  expect(plugin.resolveId('another')).toBeUndefined();
  // The browser has the sentences once.
  const source = "  operation: 'A:b',\n  summary: 'Once.',\n  status: 200,\n";
  expect(plugin.transform(source, '/x/contract/src/a.ts')).not.toContain('Once');
  expect(plugin.transform(source, '/x/console/src/a.ts')).toBeUndefined();
});
