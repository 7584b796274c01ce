#!/usr/bin/env node
if (process.argv[2] === 'role') {
  const { play } = await import('./role.ts');
  await play(process.argv[3]);
} else {
  const { main } = await import('./program.ts');
  process.exitCode = await main(process.argv);
}
