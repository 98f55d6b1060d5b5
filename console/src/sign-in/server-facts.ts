import { getSetup, type ReplyOf } from '@warifu/contract';
import { useEffect, useState } from 'react';
import { call } from '../api.ts';
import { asFailure, type Failure } from '../failure.ts';

export type ServerFacts = ReplyOf<typeof getSetup>;

let known: Promise<ServerFacts> | undefined;

/** What the pages before sign-in need to know about the server; asked once per document. */
function askOnce(): Promise<ServerFacts> {
  known ??= call(getSetup, {}).then(({ reply }) => reply);
  known.catch(() => {
    known = undefined;
  });
  return known;
}

export function useServerFacts() {
  const [facts, setFacts] = useState<ServerFacts>();
  const [failure, setFailure] = useState<Failure>();
  useEffect(() => {
    let wanted = true;
    askOnce().then(
      (reply) => wanted && setFacts(reply),
      (error) => wanted && setFailure(asFailure(error)),
    );
    return () => {
      wanted = false;
    };
  }, []);
  return { facts, failure };
}
