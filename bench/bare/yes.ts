import { createServer } from 'node:http';
import { listen } from './listen.ts';

/** The floor of a question by a proxy: always yes, and nothing else. */
listen(
  createServer((_, response) => {
    response.writeHead(200, { 'content-length': 0 });
    response.end();
  }),
);
