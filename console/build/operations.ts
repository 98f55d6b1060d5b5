import type { AnyEndpoint } from '@warifu/contract';
import type { Plugin } from 'vite';

const name = 'virtual:operations';
const resolved = `\0${name}`;
const summary = /^ +summary:\s*(?:'[^'\n]*'|"[^"\n]*"),\n/gm;

/**
 * The operations that a permission can name, as data. Reading them from the contract in the browser would keep every
 * endpoint alive in the part of the bundle that the pages before sign-in share.
 */
export function operationCatalogue(): Plugin {
  return {
    name: 'operation-catalogue',
    enforce: 'pre',
    resolveId: (id) => (id === name ? resolved : undefined),
    // Nothing in the browser reads a summary but the catalogue, which has it already.
    transform: (code, id) => (/[\\/]contract[\\/]src[\\/]/.test(id) ? code.replace(summary, '') : undefined),
    async load(id) {
      if (id !== resolved) return undefined;
      const { accessOf, endpoints, summariesJa } = await import('@warifu/contract');
      const all = endpoints.map((endpoint) => {
        const ja = summariesJa[endpoint.operation] ?? endpoint.summary;
        return { ...describe(endpoint), summary: { en: endpoint.summary, ja }, access: accessOf(endpoint) };
      });
      return `export const operations = ${JSON.stringify(all)};`;
    },
  };
}

/** What the linter of the editor asks of an operation. */
const lintTraits = ['removes-mfa', 'credentials'] as const;

function describe({ operation, path, query, traits: all }: AnyEndpoint) {
  const pathVariables = [...path.matchAll(/\{(\w+)\}/g)].map(([, found]) => found ?? '');
  const traits = lintTraits.filter((trait) => all.includes(trait));
  const queryParameters = Object.keys(query.properties);
  return {
    name: operation,
    pathVariables,
    queryParameters,
    ...(traits.length > 0 && { traits, target: 'user_name' }),
  };
}
