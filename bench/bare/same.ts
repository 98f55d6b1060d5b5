import { createServer } from 'node:http';
import { listen } from './listen.ts';

/** Reads a JSON body, and answers always the same JSON under the same headers: those of `SAME`. */
const { headers, answer } = JSON.parse(process.env.SAME ?? '{}') as { headers: string[]; answer: unknown };

listen(
  createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.once('end', () => {
      JSON.parse(Buffer.concat(chunks).toString());
      const body = JSON.stringify(answer);
      response.writeHead(200, [...headers, 'content-length', String(Buffer.byteLength(body))]).end(body);
    });
  }),
);
