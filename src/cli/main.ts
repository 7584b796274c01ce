#!/usr/bin/env node
if (process.argv[2] === 'role') {
  const { play } = await import('./role.ts');
  await play(process.argv[3]);
} else {
  const [{ main }, { exitWith, watchOutput }] = await Promise.all([
    import('./program.ts'),
    import('./output.ts'),
  ]);
  watchOutput();
  exitWith(await main(process.argv));
}
