import type { OutgoingHttpHeaders } from 'node:http';
import type { FastifyInstance } from 'fastify';
import lightMyRequest, { type DispatchFunc, type InjectOptions, type Response } from 'light-my-request';
import { type IdentifiedRequest, withSecurityHeaders } from '../../src/http/security-headers.ts';
import { assertSameByFastPath } from './fast-path.ts';

/**
 * A request without a socket, with any address as its peer. Its answers are of a class of the library's own; their heads
 * are written as those of `SecureResponse` are, which `headers.test.ts` tries over sockets.
 */
export async function inject(app: FastifyInstance, options: InjectOptions): Promise<Response> {
  await app.ready();
  const dispatch: DispatchFunc = (request, response) => {
    const writeHead = response.writeHead.bind(response);
    const secured = (status: number, headers?: OutgoingHttpHeaders) => {
      const identified: IdentifiedRequest = request;
      identified.log?.(identified, status);
      return writeHead(status, withSecurityHeaders(request, headers));
    };
    app.routing(request, Object.assign(response, { writeHead: secured }));
  };
  const response = await lightMyRequest(dispatch, options);
  await assertSameByFastPath(app, options, response);
  return response;
}
