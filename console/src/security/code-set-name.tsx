import { Code } from '../look/name.tsx';

/** The number and the mark of a set of backup codes, as its sheet has them. */
export function CodeSetName({ number, mark }: { number: number; mark: string }) {
  return (
    <>
      {number} · <Code>{mark}</Code>
    </>
  );
}
