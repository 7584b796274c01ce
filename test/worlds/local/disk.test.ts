import fs from 'node:fs';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { DiskResult } from '../../../src/cluster/host.ts';
import { CorruptDisk } from '../../../src/cluster/storage/frames.ts';
import type { Json } from '../../../src/history/op.ts';
import { draws } from '../../../src/random.ts';
import { ProcessDisk, recover } from '../../../src/worlds/process/disk.ts';
import { cutPower } from '../../../src/worlds/process/power-failure.ts';
import { markPath } from '../../../src/worlds/process/synced-mark.ts';
import { scratch, until } from './harness.ts';

const directories: string[] = [];
afterEach(() => {
  for (const directory of directories.splice(0)) fs.rmSync(directory, { recursive: true, force: true });
});

function fresh(): string {
  const directory = scratch();
  directories.push(directory);
  return directory;
}

/** A disk as a replica uses it. */
class Session {
  readonly image: ReadonlyMap<string, readonly Json[]>;
  readonly disk: ProcessDisk;
  readonly completed: string[] = [];
  readonly results = new Map<string, DiskResult>();

  constructor(directory: string) {
    const { image, found } = recover(directory);
    this.image = image;
    this.disk = new ProcessDisk(directory, found, (tag, result) => {
      this.completed.push(tag);
      this.results.set(tag, result);
    });
  }

  async idle(...tags: string[]): Promise<void> {
    await until(() => tags.every((tag) => this.results.has(tag)));
  }
}

const draw = draws(1, 'test');
const noTear = (directory: string) => cutPower(directory, 0, draw);

describe('a node disk', () => {
  it('completes nothing inside the call, and all in order', async () => {
    const s = new Session(fresh());
    s.disk.append('log', [1], 'a');
    s.disk.sync('log', 'b');
    s.disk.append('log', [2], 'c');
    s.disk.append('log', [3], 'd');
    s.disk.sync('log', 'e');
    s.disk.truncate('log', 1, 'f');
    s.disk.replace('log', [7], 'g');
    s.disk.append('log', [8], 'h');
    expect(s.completed).toEqual([]);
    await s.idle('h');
    expect(s.completed).toEqual(['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']);
    expect([...s.results.values()].every((result) => result.ok)).toBe(true);
  });

  it('keeps what was written over a crash of the process', async () => {
    const directory = fresh();
    const s = new Session(directory);
    s.disk.append('log', [{ a: 'ü' }, [1, null]], 'a');
    s.disk.append('meta', ['x'], 'b');
    await s.idle('a', 'b');
    expect([...new Session(directory).image]).toEqual([
      ['log', [{ a: 'ü' }, [1, null]]],
      ['meta', ['x']],
    ]);
  });

  it('loses by a power failure what was not synced, and only that', async () => {
    const directory = fresh();
    const s = new Session(directory);
    s.disk.append('log', [1, 2], 'a');
    s.disk.sync('log', 'b');
    await s.idle('b');
    s.disk.append('log', [3], 'c');
    s.disk.append('never', [4], 'd');
    s.disk.append('whole', [5], 'e');
    s.disk.replace('whole', [6, 7], 'f');
    s.disk.append('whole', [8], 'g');
    await s.idle('c', 'd', 'g');
    noTear(directory);
    const { image } = new Session(directory);
    expect(image.get('log')).toEqual([1, 2]);
    expect(image.get('never')).toEqual([]);
    expect(image.get('whole')).toEqual([6, 7]);
  });

  it('goes on after recovery where it was', async () => {
    const directory = fresh();
    const first = new Session(directory);
    first.disk.append('log', [1, 2, 3], 'a');
    first.disk.sync('log', 'b');
    await first.idle('b');
    const second = new Session(directory);
    second.disk.truncate('log', 2, 'c');
    second.disk.append('log', [4], 'd');
    second.disk.sync('log', 'e');
    await second.idle('e');
    noTear(directory);
    expect(new Session(directory).image.get('log')).toEqual([1, 2, 4]);
  });

  it('cuts a torn tail off and refuses a damaged synced record', async () => {
    const directory = fresh();
    const s = new Session(directory);
    s.disk.append('log', [1], 'a');
    s.disk.sync('log', 'b');
    await s.idle('b');
    s.disk.append('log', ['second'], 'c');
    await s.idle('c');
    const file = path.join(directory, 'log');
    fs.truncateSync(file, fs.statSync(file).size - 2);
    expect(new Session(directory).image.get('log')).toEqual([1]);
    const bytes = fs.readFileSync(file);
    bytes[bytes.length - 1]! ^= 1;
    fs.writeFileSync(file, bytes);
    expect(() => recover(directory)).toThrow(CorruptDisk);
    expect(() => recover(directory)).toThrow(/^log: /);
  });

  it('takes a file that was replaced for whole, though its mark is that of the old one', async () => {
    const directory = fresh();
    const s = new Session(directory);
    s.disk.append('log', ['a long record that the old mark covers'], 'a');
    s.disk.sync('log', 'b');
    await s.idle('b');
    const file = path.join(directory, 'log');
    const old = fs.readFileSync(markPath(file));
    s.disk.replace('log', [1, 2], 'c');
    await s.idle('c');
    // As if the process had died between the rename and the mark.
    fs.writeFileSync(markPath(file), old);
    noTear(directory);
    expect(new Session(directory).image.get('log')).toEqual([1, 2]);
  });

  it('drops what a replace left half written', () => {
    const directory = fresh();
    fs.writeFileSync(path.join(directory, 'log.aside'), 'half');
    expect([...recover(directory).image]).toEqual([]);
    expect(fs.readdirSync(directory)).toEqual([]);
  });

  it('reports a full device, and goes on to', async () => {
    const directory = fresh();
    fs.symlinkSync('/dev/full', path.join(directory, 'log'));
    const s = new Session(directory);
    s.disk.append('log', [1], 'a');
    s.disk.sync('log', 'b');
    s.disk.append('log', [2], 'c');
    s.disk.append('other', [3], 'd');
    await s.idle('b', 'c', 'd');
    expect(s.results.get('a')).toEqual({ ok: false, error: 'ENOSPC' });
    expect(s.results.get('b')!.ok).toBe(false);
    expect(s.results.get('c')!.ok).toBe(false);
    expect(s.results.get('d')).toEqual({ ok: true });
  });

  it('lets a sync tell of the append that failed before it, once', async () => {
    const directory = fresh();
    const s = new Session(directory);
    s.disk.append('log', [1], 'a');
    await s.idle('a');
    const write = fs.writeSync;
    fs.writeSync = () => {
      throw Object.assign(new Error('full'), { code: 'ENOSPC' });
    };
    s.disk.append('log', [2], 'b');
    await s.idle('b');
    fs.writeSync = write;
    s.disk.append('log', [3], 'c');
    s.disk.sync('log', 'd');
    await s.idle('d');
    s.disk.sync('log', 'e');
    await s.idle('e');
    const outcomes = ['a', 'b', 'c', 'd', 'e'].map((tag) => s.results.get(tag)!.ok);
    expect(outcomes).toEqual([true, false, true, false, true]);
    noTear(directory);
    expect(new Session(directory).image.get('log')).toEqual([1, 3]);
  });

  it('reports a directory that is gone as an I/O error', async () => {
    const directory = path.join(fresh(), 'data');
    const s = new Session(directory);
    fs.rmdirSync(directory);
    s.disk.append('log', [1], 'a');
    await s.idle('a');
    expect(s.results.get('a')).toEqual({ ok: false, error: 'EIO' });
  });

  it('refuses names that are no file names', () => {
    const s = new Session(fresh());
    expect(() => s.disk.append('../escape', [1], 'a')).toThrow(/no file named/);
    expect(() => s.disk.append('log.synced', [1], 'a')).toThrow(/no file named/);
  });
});

/**
 * Against a model, over many power failures: what a replica was told is synced is there, what is there is a prefix of
 * what was written, and a whole file that was replaced is never half there.
 */
describe('power failures at random', () => {
  const rounds = process.env.ORDEAL_LONG === '1' ? 2000 : 60;
  it(`keep their promise ${rounds} times`, async () => {
    const pick = draws(20, 'model');
    for (let round = 0; round < rounds; round++) {
      const directory = fresh();
      let surviving: readonly Json[] = [];
      for (let life = 0; life < 3; life++) {
        const s = new Session(directory);
        const image = s.image.get('log') ?? [];
        expect(image).toEqual(surviving);
        let written = image.slice();
        let synced = 0;
        let tag = '';
        const steps = Math.floor(pick(round, life, 0) * 8);
        for (let step = 0; step < steps; step++) {
          const die = pick(round, life, 1, step);
          tag = `t${step}`;
          if (die < 0.5) {
            const record = `${round}/${life}/${step}/${'x'.repeat(Math.floor(die * 1500))}`;
            written.push(record);
            s.disk.append('log', [record], tag);
          } else if (die < 0.75) {
            synced = written.length;
            s.disk.sync('log', tag);
          } else if (die < 0.88) {
            const keep = Math.floor(pick(round, life, 2, step) * (written.length + 1));
            written = written.slice(0, keep);
            synced = Math.min(synced, keep);
            s.disk.truncate('log', keep, tag);
          } else {
            written = [`whole ${round}/${life}/${step}`];
            synced = 1;
            s.disk.replace('log', written, tag);
          }
        }
        if (tag !== '') await s.idle(tag);
        cutPower(directory, 0.7, (...at) => pick(round, life, 3, ...at));
        const left = recover(directory).image.get('log') ?? [];
        expect(left.length).toBeGreaterThanOrEqual(synced);
        expect(left).toEqual(written.slice(0, left.length));
        surviving = left;
      }
    }
  });
});
