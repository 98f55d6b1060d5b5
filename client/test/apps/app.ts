import type { AssertionOptions } from '../../src/gate/assertion.ts';
import type { GateOptions } from '../../src/gate/gate.ts';

/**
 * The same application in each framework: `/orders/:id` asks for `Order:getOrder`, `/described/:id` for what the
 * catalogue says, `/described/export` beside it for another operation and `/undescribed` for none, `/me` for any session, `/behind` for an assertion. Each answers with what its handler knows.
 */
export type StartApp = (gate: GateOptions, assertion: AssertionOptions) => Promise<App>;

export type App = { readonly port: number; readonly stop: () => Promise<unknown> };
