import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import type { Json, Op, OpType } from '../../src/history/op.ts';

/** Draws for tests: all from one seed. */
export class Draw {
  private readonly generator: ReturnType<typeof xoroshiro128plus>;

  constructor(seed: number) {
    this.generator = xoroshiro128plus(seed);
  }

  below(n: number): number {
    return uniformInt(this.generator, 0, n - 1);
  }

  one<T>(from: readonly T[]): T {
    return from[this.below(from.length)]!;
  }

  chance(percent: number): boolean {
    return this.below(100) < percent;
  }
}

const SCALARS: readonly Json[] = [
  0,
  1,
  2,
  7,
  10,
  12,
  123,
  99_999_999,
  100_000_000,
  1073741823,
  1073741824,
  1_000_000_000_000,
  -1,
  -73,
  1.5,
  -0.25,
  1e21,
  'a',
  'b',
  'a b',
  'x"y',
  'tab\tnew\nline',
  'ünï',
  '😀',
  '',
  ']',
  '1,2',
  true,
  false,
  null,
];

export function scalar(draw: Draw): Json {
  return draw.chance(70) ? draw.below(draw.chance(50) ? 4 : 40) : draw.one(SCALARS);
}

function elements(draw: Draw, from: readonly Json[]): Json[] {
  if (draw.chance(10)) return Array.from({ length: draw.below(5) }, () => scalar(draw));
  return from.slice(0, draw.below(from.length + 1));
}

/** A value of any shape that a history may hold. Reads of a key are mostly prefixes of `timeline`. */
function value(draw: Draw, timeline: readonly Json[]): { f: string; invoked: Json; returned: Json } {
  switch (draw.below(9)) {
    case 0:
    case 1:
    case 2: {
      const mops = Array.from({ length: draw.below(4) }, (): [Json[], Json[]] => {
        const k = draw.chance(90) ? draw.below(3) : scalar(draw);
        const v = scalar(draw);
        if (draw.chance(50))
          return [
            ['r', k, null],
            ['r', k, draw.chance(80) ? elements(draw, timeline) : v],
          ];
        const write = [draw.one(['append', 'w']), k, v];
        return [write, write];
      });
      return { f: 'txn', invoked: mops.map((m) => m[0]), returned: mops.map((m) => m[1]) };
    }
    case 3:
      return { f: 'read', invoked: null, returned: scalar(draw) };
    case 4: {
      const v = [scalar(draw), scalar(draw)];
      return { f: 'cas', invoked: v, returned: v };
    }
    case 5: {
      const k = scalar(draw);
      const v: Json = draw.chance(50) ? [scalar(draw), scalar(draw)] : elements(draw, timeline);
      return { f: draw.one(['cas', 'read']), invoked: [k, null], returned: [k, v] };
    }
    case 6:
      return { f: 'read', invoked: null, returned: elements(draw, timeline) };
    case 7:
      return {
        f: 'odd',
        invoked: { a: [1, { b: 'c' }], '0': null },
        returned: [[1, 2, [3]], { x: [] }, scalar(draw)],
      };
    default:
      return { f: 'write', invoked: scalar(draw), returned: null };
  }
}

/** A well-formed history: invocations, completions of all kinds, nemesis records, retired processes. */
export function randomOps(draw: Draw, count: number): Op[] {
  const ops: Op[] = [];
  const timeline = Array.from({ length: 12 }, (_, i) =>
    draw.chance(85) ? 3 * i + draw.below(3) : scalar(draw),
  );
  const threads: { process: number; open: { f: string; invoked: Json; returned: Json } | null }[] = [
    0, 1, 2, 3,
  ].map((process) => ({ process, open: null }));
  let index = 0;
  let time = 0;
  const push = (process: Op['process'], type: OpType, f: string, v: Json, more: Partial<Op> = {}): void => {
    time += draw.below(1_000_000_000);
    ops.push({ index, time, process, type, f, value: v, ...more });
    index += draw.chance(10) ? 3 : 1;
  };
  while (ops.length < count) {
    if (draw.chance(5)) push('nemesis', 'info', 'kill', [{ n: 'n1' }, null]);
    const thread = draw.one(threads);
    if (thread.open === null) {
      thread.open = value(draw, timeline);
      push(
        thread.process,
        'invoke',
        thread.open.f,
        thread.open.invoked,
        draw.chance(20) ? { workload: draw.one(['w1', 'w2']) } : {},
      );
      continue;
    }
    const { f, invoked, returned } = thread.open;
    thread.open = null;
    const type = draw.one<OpType>(['ok', 'ok', 'ok', 'ok', 'fail', 'info']);
    push(thread.process, type, f, type === 'ok' ? returned : invoked, {
      ...(type === 'ok' ? {} : { error: draw.one<Json>(['timeout', ['x', 1], null]) }),
      ...(draw.chance(30) ? { node: draw.one(['n1', 'n2']), epoch: draw.below(5) } : {}),
      ...(draw.chance(10) ? { final: true } : {}),
    });
    if (type === 'info') thread.process += 4;
  }
  return ops;
}
