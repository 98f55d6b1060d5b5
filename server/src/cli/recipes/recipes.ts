import { caddy } from './caddy.ts';
import { envoy } from './envoy.ts';
import { haproxy } from './haproxy.ts';
import { nginx } from './nginx.ts';
import type { Recipe } from './site.ts';
import { traefik } from './traefik.ts';

/** The recipe of each proxy. */
export const recipes = { nginx, caddy, traefik, envoy, haproxy } satisfies Record<string, Recipe>;

export type Proxy = keyof typeof recipes;
