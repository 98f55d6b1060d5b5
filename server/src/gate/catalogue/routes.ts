import {
  deleteCatalogue,
  getCatalogue,
  importCatalogue,
  listCatalogues,
  listOperations,
  previewCatalogue,
} from '@warifu/contract';
import type { FastifyInstance } from 'fastify';
import { operationsFor } from '../../authorize/imported.ts';
import { permitted, rootOf } from '../../http/guards.ts';
import { handle } from '../../http/handle.ts';
import { removeCatalogue } from './catalogues.ts';
import { exportCatalogue, importFile, listCataloguesOf, previewImport } from './import.ts';

/** The catalogues of an operator. SECURITY: an import decides what the names in permissions mean: the root user's alone. */
export function registerCatalogueRoutes(app: FastifyInstance): void {
  const { ctx } = app.warifu;
  const which = (params: { operator_id: string; catalogue: string }) => ({
    operatorId: params.operator_id,
    name: params.catalogue,
  });

  handle(app, listOperations, permitted('operator_id'), async ({ params }) => {
    return [...(await operationsFor(ctx.db, params.operator_id)).imported.values()];
  });

  handle(app, listCatalogues, rootOf('operator_id'), async ({ params }) => {
    return await listCataloguesOf(ctx.db, params.operator_id);
  });

  handle(app, getCatalogue, rootOf('operator_id'), async ({ params, reply }) => {
    const { document, tag } = await exportCatalogue(ctx.db, which(params));
    reply.header('etag', tag);
    return document;
  });

  handle(app, previewCatalogue, rootOf('operator_id'), async ({ params, body, info, reply }) => {
    const { preview, tag } = await previewImport(ctx.db, which(params), body, info.language);
    reply.header('etag', tag);
    return preview;
  });

  handle(app, importCatalogue, rootOf('operator_id'), async ({ cause, params, body, request }) => {
    await importFile(cause, which(params), body, request.headers['if-match']);
    return undefined;
  });

  handle(app, deleteCatalogue, rootOf('operator_id'), async ({ cause, params, request }) => {
    await removeCatalogue(cause, which(params), request.headers['if-match']);
    return undefined;
  });
}
