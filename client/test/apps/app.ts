import type { AssertionOptions } from '../../src/gate/assertion.ts';
import type { GateOptions } from '../../src/gate/gate.ts';

/**
 * The same application in each framework: `/orders/:id` asks for `Order:getOrder`, `/described/:id` for what the
 * catalogue says, `/described/export` beside it for another operation and `/undescribed` for none, `/me` for any session,
 * `/behind` for an assertion. Each answers with what its handler knows. What `spelled` lists has a handler for each
 * operation, which answers with its own name and the one that was asked about. The router is as lenient as it can be.
 */
export type StartApp = (gate: GateOptions, assertion: AssertionOptions) => Promise<App>;

/** The operations of routes that differ in a letter; each framework writes them in its own way. */
export const spelled = {
  '/files/{name}.json': 'exportFile',
  '/files/r-{name}': 'readReport',
  '/files/{name}': 'readFile',
  // Have no handler.
  '/files/@me': 'readMe',
  '/files/(x)': 'readX',
  '/keys/{id}:destroy': 'destroyKey',
  '/keys/{id}': 'readKey',
  '/tree/{a}/export': 'exportTree',
  '/tree/{a}/{b}': 'readTree',
  '/teams/{team}/{id}.csv': 'exportMember',
  '/teams/{team}/{id}': 'readMember',
  '/old/{name}': 'readOld',
} as const;

export type Spelled = (typeof spelled)[keyof typeof spelled];

export type App = { readonly port: number; readonly stop: () => Promise<unknown> };
