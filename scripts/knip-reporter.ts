import type { Reporter } from 'knip';

/** One line an issue, and how many files were read: a run that reads none must not pass for a clean one. */
const reporter: Reporter = ({ issues, counters }) => {
  for (const [kind, byFile] of Object.entries(issues)) {
    if (kind === '_files') continue;
    for (const [file, bySymbol] of Object.entries(byFile)) {
      for (const symbol of Object.keys(bySymbol)) console.log(`${kind}: ${file}: ${symbol}`);
    }
  }
  console.log(`knip read ${counters.processed} files`);
};

export default reporter;
