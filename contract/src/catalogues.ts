import { Type } from 'typebox';
import { closed, endpoint, oneOf } from './endpoint.ts';
import { EpochMs, operatorParams } from './fields.ts';

// The operations of guarded APIs, as an operator imports them from OpenAPI files.

const catalogueParams = closed({
  ...operatorParams.properties,
  catalogue: Type.String({ pattern: '^[A-Za-z0-9_.-]{1,64}$', description: 'Name of a catalogue' }),
});

const unknowns = ['deny', 'signed in'] as const;
const Unknown = oneOf(...unknowns);
/** What is left out is not kept: an import says all of a catalogue. */
const reach = {
  host: Type.Optional(
    Type.String({
      maxLength: 255,
      description:
        'Where the API stands, with its port if it has one; left out or empty, any host, wherever it stood before',
    }),
  ),
  unknown: Type.Optional(
    Type.Enum(unknowns, {
      type: 'string',
      description: 'What is said of calls that the file does not describe; left out, deny, whatever was said before',
    }),
  ),
};
/** Up to 10 MiB of JSON or YAML; the limit is checked where it is read. */
const File = Type.String({ description: 'An OpenAPI 3.0, 3.1 or Swagger 2.0 document, in JSON or YAML' });

export const listOperations = endpoint({
  method: 'GET',
  path: '/v1/operators/{operator_id}/operations',
  operation: 'Catalogue:listOperations',
  own: true,
  traits: ['audit'],
  summary: 'The operations of all imported catalogues, which permissions can name beside those of this server.',
  params: operatorParams,
  status: 200,
  reply: Type.Array(
    closed(
      {
        operation: Type.String(),
        method: Type.String(),
        /** With `{name}`s, from the root of the host. */
        path: Type.String(),
        /** In the language of the file. */
        summary: Type.String(),
        /** Left out when it has none. */
        queryParameters: Type.Optional(Type.Array(Type.String())),
      },
      'ImportedOperation',
    ),
  ),
  errors: ['AUM0001', 'AUM0017'],
});

export const listCatalogues = endpoint({
  method: 'GET',
  path: '/v1/operators/{operator_id}/catalogues',
  operation: 'Catalogue:listCatalogues',
  own: true,
  summary: "The operator's catalogues, and those that the host imported for all. Root user only.",
  params: operatorParams,
  status: 200,
  reply: Type.Array(
    closed(
      {
        name: Type.String(),
        owner: oneOf('host', 'operator'),
        /** Left out for any host. */
        host: Type.Optional(Type.String()),
        unknown: Unknown,
        operations: Type.Integer(),
        /** How many of them have a name that the host has given to another operation since. */
        hidden: Type.Integer(),
        importedAt: EpochMs,
      },
      'Catalogue',
    ),
  ),
  errors: ['AUM0001', 'AUM0016'],
});

export const getCatalogue = endpoint({
  method: 'GET',
  path: '/v1/operators/{operator_id}/catalogues/{catalogue}',
  operation: 'Catalogue:getCatalogue',
  own: true,
  summary: 'A catalogue of the operator as an OpenAPI document; imported again it is the same. Root user only.',
  params: catalogueParams,
  status: 200,
  headers: ['etag'],
  reply: closed(
    {
      openapi: Type.String(),
      info: closed({ title: Type.String(), version: Type.String() }),
      paths: Type.Record(Type.String(), Type.Record(Type.String(), Type.Unknown())),
    },
    'CatalogueDocument',
  ),
  errors: ['AUM0001', 'AUM0016'],
});

const place = { method: Type.String(), path: Type.String() };
const Described = closed({ operation: Type.String(), ...place }, 'DescribedOperation');
const Place = closed(place, 'OperationPlace');

const Names = closed({ count: Type.Integer(), first: Type.Array(Type.String()) }, 'OperationNames');

export const previewCatalogue = endpoint({
  method: 'POST',
  path: '/v1/operators/{operator_id}/catalogues/{catalogue}/preview',
  operation: 'Catalogue:previewCatalogue',
  own: true,
  large: true,
  summary:
    'What importing a file would change, and whose permissions it touches; without a file, what removing would. Root user only.',
  params: catalogueParams,
  body: closed({ file: Type.Optional(File), ...reach }),
  status: 200,
  headers: ['etag'],
  reply: closed(
    {
      /** Why the file cannot be taken, in the language of the request; nothing else is said then. */
      problems: Type.Array(Type.String()),
      operations: Type.Integer(),
      /** How many of them have a name that lacks letters of the file: names are ASCII. */
      shortened: Type.Integer(),
      /** Where the catalogue counts, when that changes; empty for any host. */
      host: Type.Optional(closed({ from: Type.String(), to: Type.String() })),
      /** What is said of calls that it does not describe, when that changes. */
      unknown: Type.Optional(closed({ from: Unknown, to: Unknown })),
      added: Type.Array(Described),
      removed: Type.Array(Described),
      /** The same method and path by another name. */
      renamed: Type.Array(closed({ from: Type.String(), to: Type.String(), ...place })),
      /** The same name at another method or path. */
      moved: Type.Array(closed({ operation: Type.String(), from: Place, to: Place })),
      touched: Type.Array(
        closed(
          {
            kind: oneOf('user', 'role', 'default'),
            /** Of the user or role; empty for the default permissions. */
            name: Type.String(),
            /** Number in its document, from 1. */
            statement: Type.Integer(),
            effect: oneOf('allow', 'deny'),
            pattern: Type.String(),
            removed: Names,
            added: Names,
            moved: Names,
          },
          'TouchedPermission',
        ),
      ),
      /** Whether more permissions may be touched than are listed. */
      isPart: Type.Boolean(),
    },
    'CataloguePreview',
  ),
  errors: ['AUM0001', 'AUM0016'],
});

export const importCatalogue = endpoint({
  method: 'PUT',
  path: '/v1/operators/{operator_id}/catalogues/{catalogue}',
  operation: 'Catalogue:importCatalogue',
  own: true,
  large: true,
  summary: 'Take the operations of a file, instead of those that the catalogue had before. Root user only.',
  params: catalogueParams,
  body: closed({ file: File, ...reach }),
  status: 204,
  errors: ['AUM0001', 'AUM0016', 'COM0412'],
  stepUp: true,
  personOnly: true,
});

export const deleteCatalogue = endpoint({
  method: 'DELETE',
  path: '/v1/operators/{operator_id}/catalogues/{catalogue}',
  operation: 'Catalogue:deleteCatalogue',
  own: true,
  summary: 'Forget a catalogue. Permissions that name its operations stay. Root user only.',
  params: catalogueParams,
  status: 204,
  errors: ['AUM0001', 'AUM0016', 'COM0412'],
  stepUp: true,
  personOnly: true,
});
