import { createServer } from 'node:http';
import { listen } from './listen.ts';

/** The floor: `node:http` that always answers the same 200 bytes of JSON. */
const body = Buffer.from(JSON.stringify({ status: 'alive', filler: 'x'.repeat(170) }));
if (body.length !== 200) throw new Error(`${body.length} bytes`);

listen(
  createServer((_, response) => {
    response.writeHead(200, { 'content-type': 'application/json; charset=utf-8', 'content-length': body.length });
    response.end(body);
  }),
);
