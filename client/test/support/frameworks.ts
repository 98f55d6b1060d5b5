import type { StartApp } from '../apps/app.ts';
import { startExpress } from '../apps/express.ts';
import { startFastify } from '../apps/fastify.ts';
import { startHono } from '../apps/hono.ts';

/** The frameworks that there are guards for. */
export const frameworks: [string, StartApp][] = [
  ['Hono', startHono],
  ['Express', startExpress],
  ['Fastify', startFastify],
];
