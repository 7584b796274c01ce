import { writeSync } from 'node:fs';

/** Loaded before a measured program: says on descriptor 3 how much memory it held at most, in bytes. */
process.on('exit', () => {
  writeSync(3, String(process.resourceUsage().maxRSS * 1024));
});
