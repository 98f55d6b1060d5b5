import type { DatabaseSync } from 'node:sqlite';
import { setTimeout as delay } from 'node:timers/promises';

/** How a process writes to a file that others have open too. Milliseconds. */
export type Manners = {
  /** To wait for another process that writes; nothing stands still meanwhile. */
  readonly patience: number;
  /** Between a commit and its acknowledgement. */
  readonly pause: number;
};

type Parts = Manners & {
  readonly writer: DatabaseSync;
  /** Told of every commit, before whoever asked for it. */
  readonly committed: () => void;
};

/** A transaction that runs now. It ends with one of its functions; what is called after that does nothing. */
export type Turn = {
  /** Resolves when everything is on the disk. */
  readonly commit: () => Promise<void>;
  readonly rollback: () => void;
};

type Member = { readonly resolve: () => void; readonly reject: (error: unknown) => void };

/** What waits for one commit. */
const mostMembers = 32;
/** Milliseconds after which nobody else joins. */
const longest = 5;

/**
 * Gives turns at the one writer, in the order in which they were asked for. Transactions that wait while one runs are
 * committed together with it: each is a savepoint of one transaction of the engine, and each is acknowledged when that is
 * on the disk. A commit costs as much as ten small transactions do.
 */
export function sqliteGroups({ writer, patience, pause, committed }: Parts): () => Promise<Turn> {
  const waiting: (() => void)[] = [];
  let taken = false;
  let members: Member[] = [];
  let openedAt = 0;

  const endTurn = () => {
    const more = waiting.length > 0 && members.length < mostMembers && performance.now() - openedAt < longest;
    if (writer.isTransaction && !more) endGroup();
    const next = waiting.shift();
    if (next) next();
    else taken = false;
  };
  const endGroup = () => {
    try {
      writer.exec('commit');
      committed();
      settle(pause === 0 ? resolveNow : (member) => setTimeout(member.resolve, pause));
    } catch (error) {
      if (writer.isTransaction) writer.exec('rollback');
      settle((member) => member.reject(error));
    }
  };
  const settle = (end: (member: Member) => void) => {
    const ended = members;
    members = [];
    for (const member of ended) end(member);
  };
  /** After a full disk or an I/O error SQLite has rolled back by itself, and with it those who wait for the commit. */
  const isTakenBack = () => {
    if (writer.isTransaction) return false;
    settle((member) => member.reject(takenBack()));
    return true;
  };

  const begin = async (deadline: number) => {
    if (writer.isTransaction) return;
    // Writers take the lock at the start: a read lock that is upgraded later can fail in the middle.
    await patiently(deadline, () => writer.exec('begin immediate'));
    openedAt = performance.now();
  };
  const newTurn = (): Turn => {
    let over = false;
    writer.exec('savepoint member');
    const end = (work: () => void) => {
      if (over) return;
      over = true;
      try {
        if (!isTakenBack()) work();
      } finally {
        endTurn();
      }
    };
    return {
      commit: () =>
        new Promise((resolve, reject) => {
          if (isTakenBack()) reject(takenBack());
          end(() => {
            writer.exec('release member');
            members.push({ resolve, reject });
          });
        }),
      rollback: () => end(() => writer.exec('rollback to member; release member')),
    };
  };

  return async () => {
    const deadline = performance.now() + patience;
    if (taken) await new Promise<void>((resolve) => waiting.push(resolve));
    taken = true;
    try {
      await begin(deadline);
      return newTurn();
    } catch (error) {
      isTakenBack();
      endTurn();
      throw error;
    }
  };
}

/** As SQLite names a failed write (SQLITE_IOERR). */
function takenBack(): Error {
  return Object.assign(new Error('The transaction was rolled back.'), { code: 'ERR_SQLITE_ERROR', errcode: 10 });
}

function resolveNow({ resolve }: Member): void {
  resolve();
}

const retryDelay = 5;

/** Another process holds the file for a moment: the event loop goes on meanwhile. */
async function patiently<T>(deadline: number, work: () => T): Promise<T> {
  for (;;) {
    try {
      return work();
    } catch (error) {
      if (!isBusy(error) || performance.now() >= deadline) throw error;
      await delay(retryDelay);
    }
  }
}

/** SQLITE_BUSY, in all its extended forms. */
function isBusy(error: unknown): boolean {
  return (Number((error as { errcode?: number }).errcode) & 0xff) === 5;
}
