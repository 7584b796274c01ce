import { spawn } from 'node:child_process';
import { existsSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Case } from './cases.ts';
import { Output } from './output.ts';

/** What one case came to. */
export interface Measured {
  /** Seconds: the median of the runs. */
  readonly seconds: number;
  readonly fastest: number;
  /** Seconds of processor time of what was measured, the fewest: what a busy machine disturbs least. */
  readonly processor: number;
  /** Peak resident memory in bytes, the largest of the runs. */
  readonly memory: number;
  /** What decided, and what went wrong if something did. */
  readonly engine: string;
  readonly problem?: string;
}

interface Answer {
  /** Where the whole process is not what counts. */
  readonly seconds?: number;
  readonly processor?: number;
  readonly valid: boolean | 'unknown';
  readonly anomalyTypes: readonly string[];
  readonly engine: string;
  readonly reason?: string;
}

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
/** What users run, not what it was compiled from. */
const CLI = here('../../../dist/main.js');

/** Makes the case's input in `directory` unless it is there, and measures it `runs` times. */
export async function run(one: Case, directory: string, runs: number): Promise<Measured> {
  const file = one.measure === 'feed' ? null : input(one, directory);
  const seconds: number[] = [];
  let memory = 0;
  let processor = Number.POSITIVE_INFINITY;
  let answer: Answer | null = null;
  for (let i = 0; i < runs; i++) {
    const began = process.hrtime.bigint();
    const child = await node(command(one, file));
    const wall = Number(process.hrtime.bigint() - began) / 1e9;
    memory = Math.max(memory, child.memory);
    try {
      answer = JSON.parse(child.output) as Answer;
    } catch {
      return {
        seconds: wall,
        fastest: wall,
        processor,
        memory,
        engine: '',
        problem: child.errors.trim().slice(0, 200),
      };
    }
    processor = Math.min(processor, answer.processor ?? child.processor);
    seconds.push(one.measure === 'process' ? wall : answer.seconds!);
  }
  seconds.sort((a, b) => a - b);
  const problem = wrong(one, answer!);
  return {
    seconds: seconds[seconds.length >> 1]!,
    fastest: seconds[0]!,
    processor,
    memory,
    engine: answer!.engine,
    ...(problem === undefined ? {} : { problem }),
  };
}

function input(one: Case, directory: string): string {
  const file = join(directory, one.input);
  if (!existsSync(file)) {
    // Under another name until it is whole: an interrupted run leaves no half input behind.
    const half = join(directory, `half-${one.input}`);
    one.write(Output.file(half));
    renameSync(half, file);
  }
  return file;
}

function command(one: Case, file: string | null): string[] {
  if (one.measure !== 'process') return [here('./measure.js'), one.name, ...(file === null ? [] : [file])];
  const models = one.models === undefined ? [] : ['--model', one.models.join(',')];
  return [CLI, 'check', file!, '--workload', one.check, ...models, '--json'];
}

function wrong(one: Case, { valid, anomalyTypes, reason }: Answer): string | undefined {
  if (valid === 'unknown') return `unknown: ${reason ?? ''}`;
  if (valid !== one.valid)
    return `expected ${one.valid ? 'valid' : 'invalid'}, got ${anomalyTypes.join(', ')}`;
  if (one.anomaly !== undefined && !anomalyTypes.includes(one.anomaly))
    return `expected ${one.anomaly}, got ${anomalyTypes.join(', ')}`;
  return undefined;
}

interface Usage {
  readonly memory: number;
  readonly processor: number;
}

interface Child extends Usage {
  readonly output: string;
  readonly errors: string;
}

function node(args: readonly string[]): Promise<Child> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--import', here('./usage.js'), ...args], {
      stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    });
    const texts = ['', '', ''];
    [child.stdout!, child.stderr!, child.stdio[3]!].forEach((stream, i) => {
      stream.on('data', (data: Buffer) => {
        texts[i] += data.toString();
      });
    });
    child.on('error', reject);
    child.on('close', () => {
      const usage = JSON.parse(texts[2] === '' ? '{"memory":0,"processor":0}' : texts[2]!) as Usage;
      resolve({ output: texts[0]!, errors: texts[1]!, ...usage });
    });
  });
}
