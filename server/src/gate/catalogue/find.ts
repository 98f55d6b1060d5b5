import { type ApiOperation, type Catalogue, type Operations, ofHost, operationsFor } from '../../authorize/imported.ts';
import type { Db } from '../../db/database.ts';
import { type Soon, whenThere } from '../../db/reads.ts';
import { remembered } from '../../remembered.ts';
import { type Matched, type Router, routerOf } from './router.ts';
import { type Tree, treeOf } from './tree.ts';

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

type Place = Pick<Catalogue, 'operatorId' | 'host' | 'unknown'> & { readonly tree: Tree };

/** What stands at a host. */
type Standing = { readonly router: Router; readonly lets: boolean };
type StandingAt = (host: string) => Standing;

/** The catalogues as requests find them. */
type Places = {
  readonly at: StandingAt;
  /** Of host, method and path, with NUL between them, which no value of a request holds. */
  readonly match: (place: string) => Matched | undefined;
  readonly isHidden: (operation: ApiOperation) => boolean;
};

const places = new WeakMap<Operations, Places>();

/**
 * The operation that a request calls, by what is in the catalogues now.
 * SECURITY: what an operator imported is looked at for its own programs only, and nowhere that a catalogue of the host
 * stands: a root user must not open to its users what the host denies.
 */
export function findApiOperation(db: Db, request: ApiRequest): Soon<Found> {
  return whenThere(operationsFor(db, request.ofOperator ?? ofHost), (known) => findIn(placesIn(known), request));
}

function findIn({ at, match, isHidden }: Places, { host = '', method, path }: ApiRequest): Found {
  const matched = match(`${host}\0${method}\0${path}`);
  // SECURITY: it is described all the same: no less literal one may take its requests, nor may they be let by.
  if (matched) return isHidden(matched.operation) ? { unknown: 'deny' } : { matched };
  const { router, lets } = at(host);
  // SECURITY: never what the program behind may take for a described path all the same.
  return { unknown: lets && !router.isLike(method, path) ? 'signed in' : 'deny' };
}

function standingIn(all: readonly Place[]): StandingAt {
  return remembered((host) => {
    const at = all.filter((place) => isAt(place, host));
    const ofTheHost = at.filter(({ operatorId }) => operatorId === ofHost);
    const there = ofTheHost.length > 0 ? ofTheHost : at;
    // SECURITY: what stands at the same host under several catalogues is only let by when all of them let it by.
    const lets = there.length > 0 && there.every(({ unknown }) => unknown === 'signed in');
    return { router: routerOf(there.map(({ tree }) => tree)), lets };
  });
}

type AtHost = Pick<Catalogue, 'host'>;

/** A host that is written without a port is meant at every port. */
function isAt(place: AtHost, host: string): boolean {
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
    const all = known.catalogues.map(({ operations, ...place }) => ({ ...place, tree: treeOf(operations) }));
    // A name that the host has meanwhile is the host's operation.
    const isHidden = (one: ApiOperation) => known.imported.get(one.operation) !== one;
    const at = standingIn(all);
    // One for all hosts: who asks may make hosts up too.
    const match = remembered((place) => {
      const [host = '', method = '', path = ''] = place.split('\0');
      return at(host).router.match(method, path);
    });
    found = { at, match, isHidden };
    places.set(known, found);
  }
  return found;
}
