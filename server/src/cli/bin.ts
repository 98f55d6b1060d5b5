#!/usr/bin/env node
// The package's command. It says so where Node is too old for what follows, which would else be an error of syntax.
const oldest = 24;
const badConfig = 78;

if (Number(process.versions.node.split('.')[0]) < oldest) {
  process.stderr.write(`warifu: Node ${oldest} or newer is needed; this is ${process.versions.node}.\n`);
  process.exit(badConfig);
}
await import('./warifu.ts');
