import { type Catalogue, type Operations, ofHost, operationsFor } from '../../authorize/imported.ts';
import type { Db } from '../../db/database.ts';
import { type Soon, whenThere } from '../../db/reads.ts';
import { isPlainPath, likenessOf, type Matched, routerOf } from './router.ts';

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

type Place = Pick<Catalogue, 'operatorId' | 'host' | 'unknown'> & {
  readonly match: ReturnType<typeof routerOf>;
  readonly isLike: ReturnType<typeof likenessOf>;
};

const routers = new WeakMap<Operations, readonly Place[]>();

/**
 * The operation that a request calls, by what is in the catalogues now. HEAD is GET without a body (RFC 9110 §9.3.2): it
 * is judged as the GET of its path where it is not described itself.
 * SECURITY: what an operator imported is looked at for its own programs only, and nowhere that a catalogue of the host
 * stands: a root user must not open to its users what the host denies.
 */
export function findApiOperation(db: Db, request: ApiRequest): Soon<Found> {
  return whenThere(operationsFor(db, request.ofOperator ?? ofHost), (known) => findIn(placesIn(known), request));
}

function findIn(places: readonly Place[], { host, method, path }: ApiRequest): Found {
  const all = places.filter((place) => isAt(place, host));
  const ofTheHost = all.filter(({ operatorId }) => operatorId === ofHost);
  const there = ofTheHost.length > 0 ? ofTheHost : all;
  const methods = method === 'HEAD' ? ['HEAD', 'GET'] : [method];
  for (const one of methods) {
    for (const { match } of there) {
      const matched = match(one, path);
      if (matched) return { matched };
    }
  }
  // SECURITY: what stands at the same host under several catalogues is only let by when all of them let it by; and never
  // what the program behind may take for a described path all the same.
  const lets = there.length > 0 && there.every(({ unknown }) => unknown === 'signed in');
  const hides = !isPlainPath(path) || there.some(({ isLike }) => methods.some((one) => isLike(one, path)));
  return { unknown: lets && !hides ? 'signed in' : 'deny' };
}

/** A host that is written without a port is meant at every port. */
function isAt(place: Pick<Catalogue, 'host'>, host = ''): boolean {
  const asked = host.toLowerCase();
  return place.host === undefined || place.host === asked || place.host === asked.replace(/:\d+$/, '');
}

function placesIn(known: Operations): readonly Place[] {
  let places = routers.get(known);
  if (!places) {
    places = known.catalogues.map(({ operatorId, host, unknown, operations }) => {
      // A name that the host has meanwhile is the host's operation.
      const own = operations.filter((one) => known.imported.get(one.operation) === one);
      // Who lets nothing by that is not described needs not know what it is like.
      const isLike = unknown === 'deny' ? () => false : likenessOf(own);
      return { operatorId, host, unknown, match: routerOf(own), isLike };
    });
    routers.set(known, places);
  }
  return places;
}
