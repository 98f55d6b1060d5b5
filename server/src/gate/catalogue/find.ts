import { type Catalogue, type Operations, ofHost, operationsFor } from '../../authorize/imported.ts';
import type { Db } from '../../db/database.ts';
import { type Soon, whenThere } from '../../db/reads.ts';
import { type Matched, type Router, routerOf } from './router.ts';

/** A request as the guarded program got it. */
export type ApiRequest = {
  readonly host: string | undefined;
  readonly method: string;
  readonly path: string;
  /** The one operator whose program asks; undefined for a program of the host. */
  readonly ofOperator?: string | undefined;
};

/** The operation of a request; of one that no catalogue describes, what is said of it. */
export type Found = { readonly matched: Matched } | { readonly unknown: Catalogue['unknown'] };

type Place = Pick<Catalogue, 'operatorId' | 'host' | 'unknown' | 'operations'>;

/** The catalogues, those of the more exact host first, and a router for each set of them that stands at one host. */
type Places = { readonly all: readonly Place[]; readonly routers: Map<string, Router> };

const places = new WeakMap<Operations, Places>();

/**
 * The operation that a request calls, by what is in the catalogues now.
 * SECURITY: what an operator imported is looked at for its own programs only, and nowhere that a catalogue of the host
 * stands: a root user must not open to its users what the host denies.
 */
export function findApiOperation(db: Db, request: ApiRequest): Soon<Found> {
  return whenThere(operationsFor(db, request.ofOperator ?? ofHost), (known) => findIn(placesIn(known), request));
}

function findIn({ all, routers }: Places, { host, method, path }: ApiRequest): Found {
  const at = all.filter((place) => isAt(place, host));
  const ofTheHost = at.filter(({ operatorId }) => operatorId === ofHost);
  const there = ofTheHost.length > 0 ? ofTheHost : at;
  const router = routerAt(routers, all, there);
  const matched = router.match(method, path);
  if (matched) return { matched };
  // SECURITY: what stands at the same host under several catalogues is only let by when all of them let it by; and never
  // what the program behind may take for a described path all the same.
  const lets = there.length > 0 && there.every(({ unknown }) => unknown === 'signed in');
  return { unknown: lets && !router.isLike(method, path) ? 'signed in' : 'deny' };
}

/** One for all of them: which catalogue an operation stands in says nothing of how literal it is. */
function routerAt(routers: Places['routers'], all: readonly Place[], there: readonly Place[]): Router {
  const key = there.map((place) => all.indexOf(place)).join();
  let router = routers.get(key);
  if (!router) {
    router = routerOf(there.flatMap(({ operations }) => operations));
    routers.set(key, router);
  }
  return router;
}

type AtHost = Pick<Catalogue, 'host'>;

/** A host that is written without a port is meant at every port. */
function isAt(place: AtHost, host = ''): boolean {
  const asked = host.toLowerCase();
  return place.host === undefined || place.host === asked || place.host === asked.replace(/:\d+$/, '');
}

/** Whether there are requests that two catalogues may both describe. */
export function meet(one: AtHost, other: AtHost): boolean {
  return one.host === undefined || other.host === undefined || isAt(one, other.host) || isAt(other, one.host);
}

function placesIn(known: Operations): Places {
  let found = places.get(known);
  if (!found) {
    const all = known.catalogues.map(({ operatorId, host, unknown, operations }) => {
      // A name that the host has meanwhile is the host's operation.
      const own = operations.filter((one) => known.imported.get(one.operation) === one);
      return { operatorId, host, unknown, operations: own };
    });
    found = { all: all.toSorted((a, b) => exactness(b) - exactness(a)), routers: new Map() };
    places.set(known, found);
  }
  return found;
}

function exactness({ host }: AtHost): number {
  if (host === undefined) return 0;
  return /:\d+$/.test(host) ? 2 : 1;
}
