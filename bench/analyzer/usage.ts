import { writeSync } from 'node:fs';

/** Loaded before a measured program: tells on descriptor 3 its peak memory in bytes and the seconds of processor it took. */
process.on('exit', () => {
  const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
  writeSync(3, JSON.stringify({ memory: maxRSS * 1024, processor: (userCPUTime + systemCPUTime) / 1e6 }));
});
