import { type AnswerHeader, factTypes } from '@warifu/contract';

/** An error of any operation: flat, and open for members to come. */
export const errorSchema = {
  type: 'object',
  required: ['code', 'message'],
  properties: {
    code: { type: 'string' },
    message: { type: 'string' },
    type: { type: 'string' },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string' },
    requestId: { type: 'string' },
    error: { type: 'string', description: 'At the endpoints of OAuth 2.0 (RFC 6749 §5.2).' },
    ...Object.fromEntries(Object.entries(factTypes).map(([name, type]) => [name, { type }])),
  },
};

type HeaderName = AnswerHeader | 'x-request-id' | 'warifu-ignored' | 'retry-after';

/** Every header that is described, under the name that people write. */
export const componentHeaders = {
  'X-Request-Id': header('The ID of the request, as in the audit log.', '0b0f5c1e-7a52-4b60-9f0e-3a1f6f1d2c11'),
  'Warifu-Ignored': header('Members of the request that were ignored: an RFC 9651 list.', '"timeout_seconds"'),
  'Warifu-Findings': header(
    'What the checks say of the document, which was saved all the same: an RFC 9651 list.',
    'LINT_ALLOW_ALL;line=1;column=38;severity=security',
  ),
  'Warifu-Receipt': header(
    'What ended with this change: an RFC 9651 dictionary of counts.',
    'sessions=1, pending-sign-ins=0, links=0, backup-codes=5',
  ),
  'Retry-After': header('Seconds after which to try again.', '5'),
  'X-Soracom-Next-Key': header('Key of the next page, when there is one; send it as `last_evaluated_key`.', '1234'),
  ETag: header('The state that was read; send it as `If-Match` with a change.', '"x1UoQwQ0v5bN3kq2cZtL0g"'),
};

function header(description: string, example: string) {
  return { description, schema: { type: 'string' }, example };
}

/** The headers of one answer, as references. */
export function headersOf(names: readonly HeaderName[]) {
  const wanted = new Set<string>(['x-request-id', ...names]);
  const known = Object.keys(componentHeaders).filter((name) => wanted.has(name.toLowerCase()));
  return Object.fromEntries(known.map((name) => [name, { $ref: `#/components/headers/${name}` }]));
}
