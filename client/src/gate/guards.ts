import type { Wanted } from './gate.ts';
import { assertOperation } from './setting.ts';

/** The guards of an application, each a handler of its framework. */
export type Guards<Handler> = {
  /** Lets by who may call an operation, named `Tag:operationId`. @throws TypeError for what is no such name */
  readonly operation: (name: string) => Handler;
  /** Lets by who may call the operation that an imported catalogue has for method and path. */
  readonly catalogue: () => Handler;
  /** Lets by who is signed in. */
  readonly signedIn: () => Handler;
};

/** @param handler makes the handler that lets by what is allowed so */
export function guardsOf<Handler>(handler: (wanted: Wanted) => Handler): Guards<Handler> {
  return {
    operation: (name) => {
      assertOperation(name);
      return handler({ operation: name });
    },
    catalogue: () => handler('catalogue'),
    signedIn: () => handler('signed in'),
  };
}
