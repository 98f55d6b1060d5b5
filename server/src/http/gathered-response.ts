import { type IncomingMessage, ServerResponse } from 'node:http';

type Given = Parameters<ServerResponse['end']>;

let ended: ServerResponse[] = [];
let endedWith: Given[] = [];

/**
 * An answer that goes out when all that arrived together with its request was answered. Each sending wakes who waits at
 * the other end, which on one machine costs as much as a small answer itself; of several in a row only the first does.
 * On a server that has nothing else to do it goes out at once.
 */
export class GatheredResponse<R extends IncomingMessage = IncomingMessage> extends ServerResponse<R> {
  override end(chunk?: unknown, encoding?: unknown, done?: unknown): this {
    const given = [chunk, encoding ?? (isAscii(chunk) ? 'latin1' : undefined), done] as unknown as Given;
    // Without a head it may still be refused, and whoever ends it must hear of that.
    if (!this.headersSent) ServerResponse.prototype.end.apply(this, given);
    else if (endedWith.push(given) && ended.push(this) === 1) setImmediate(sendEnded);
    return this;
  }
}

/** Text that is sent as it is kept in memory: to write it as UTF-8 takes twice as long. */
function isAscii(chunk: unknown): boolean {
  return typeof chunk === 'string' && Buffer.byteLength(chunk) === chunk.length;
}

function sendEnded(): void {
  const responses = ended;
  const given = endedWith;
  ended = [];
  endedWith = [];
  for (const [i, response] of responses.entries()) {
    try {
      ServerResponse.prototype.end.apply(response, given[i] as Given);
    } catch (error) {
      // The others have nothing to do with it.
      response.destroy(error as Error);
    }
  }
}
