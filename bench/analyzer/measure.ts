import { checkAll } from '../../src/analysis/check.ts';
import { readHistoryFile } from '../../src/cli/history-file.ts';
import type { History } from '../../src/history/history.ts';
import { readerFor } from '../../src/history/read/read.ts';
import { cases } from './cases.ts';
import { Output } from './output.ts';

/**
 * One measurement in a process of its own, so that none profits from what another has warmed up:
 * `node measure.js CASE [FILE]` prints what it took as JSON.
 */
const chosen = cases.find((c) => c.name === process.argv[2])!;
const file = process.argv[3];

async function history(): Promise<History> {
  if (file !== undefined) return readHistoryFile(file, () => {});
  const reader = readerFor(chosen.format);
  chosen.write(new Output(chosen.format === 'edn', (text) => reader.push(Buffer.from(text))));
  return reader.finish();
}

const begin = performance.now();
const read = await history();
const middle = performance.now();
const used = process.cpuUsage();
if (chosen.measure === 'read') {
  const answer = {
    seconds: (middle - begin) / 1000,
    valid: chosen.valid,
    anomalyTypes: [],
    engine: `${read.n} rows`,
  };
  process.stdout.write(JSON.stringify(answer));
} else {
  const [verdict] = checkAll(read, {
    workload: chosen.check,
    ...(chosen.models === undefined ? {} : { models: chosen.models }),
  });
  const { valid, anomalyTypes, engine, reason } = verdict!;
  const seconds = (performance.now() - middle) / 1000;
  const { user, system } = process.cpuUsage(used);
  const processor = (user + system) / 1e6;
  process.stdout.write(JSON.stringify({ seconds, processor, valid, anomalyTypes, engine, reason }));
}
