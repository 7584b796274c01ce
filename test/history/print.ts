import type { Json, Op } from '../../src/history/op.ts';
import type { Draw } from './random-ops.ts';

function shuffled<T>(draw: Draw, list: readonly T[]): T[] {
  const copy = [...list];
  for (let i = copy.length - 1; i > 0; i--) {
    const j = draw.below(i + 1);
    [copy[i], copy[j]] = [copy[j]!, copy[i]!];
  }
  return copy;
}

/** JSON Lines in one of several styles that writers have. */
export function jsonLines(draw: Draw, ops: readonly Op[], style: 'ordeal' | 'python' | 'wild'): string {
  return ops
    .map((op) => {
      if (style === 'ordeal') return JSON.stringify(op);
      let entries = Object.entries(op) as [string, Json][];
      if (style === 'wild') {
        entries = shuffled(draw, entries);
        if (draw.chance(30)) entries.push(['extra', { deep: [1, 2, { x: 'y "z" \\' }], t: true }]);
      }
      const gap = style === 'python' || draw.chance(50) ? ' ' : '';
      const spaced = (v: Json): string => JSON.stringify(v, null, 1).replace(/\n */g, gap);
      const text = style === 'python' ? python : spaced;
      return `{${entries.map(([k, v]) => `"${k}":${gap}${text(v)}`).join(`,${gap}`)}}`;
    })
    .map((line) => (style === 'wild' && draw.chance(10) ? ` ${line}\r\n\n` : `${line}\n`))
    .join('');
}

function python(v: Json): string {
  if (Array.isArray(v)) return `[${v.map(python).join(', ')}]`;
  if (v !== null && typeof v === 'object')
    return `{${Object.entries(v)
      .map(([k, x]) => `${JSON.stringify(k)}: ${python(x as Json)}`)
      .join(', ')}}`;
  return JSON.stringify(v);
}

function ednString(s: string): string {
  return `"${s.replace(/[\\"]/g, '\\$&').replace(/\n/g, '\\n').replace(/\t/g, '\\t')}"`;
}

export function edn(draw: Draw, v: Json, wild: boolean): string {
  const gap = wild ? draw.one([' ', ', ', '\n  ', ' #_ (x "]") ', ' ; ]\n']) : ' ';
  if (v === null) return 'nil';
  if (typeof v === 'string') return ednString(v);
  if (typeof v === 'number') {
    if (!wild || !Number.isSafeInteger(v)) return String(v);
    return draw.one([String(v), `${v}N`, v >= 0 ? `+${v}` : String(v)]);
  }
  if (typeof v === 'boolean') return String(v);
  if (Array.isArray(v)) {
    const mop = v.length === 3 && ['r', 'w', 'append'].includes(v[0] as string);
    const items = v.map((x, i) => (mop && i === 0 ? `:${x}` : edn(draw, x as Json, wild)));
    const inside = items.join(gap);
    if (wild && draw.chance(10)) return `(${inside})`;
    return wild && draw.chance(10) ? `^{:m 1} [${inside} ]` : `[${inside}]`;
  }
  const map = `{${Object.entries(v)
    .map(([k, x]) => `${edn(draw, k, wild)} ${edn(draw, x as Json, wild)}`)
    .join(', ')}}`;
  return wild && draw.chance(30) ? `#a.tag ${map}` : map;
}

/** EDN in Jepsen's styles: a map a line, records, one vector around everything. */
export function ednRecords(
  draw: Draw,
  ops: readonly Op[],
  style: 'lines' | 'records' | 'vector' | 'wild',
): string {
  const wild = style === 'wild';
  const lines = ops.map((op) => {
    let entries = Object.entries(op) as [string, Json][];
    if (wild) entries = shuffled(draw, entries);
    const fields = entries.map(([k, v]) => {
      const name =
        (k === 'type' || k === 'f' || k === 'process') && typeof v === 'string'
          ? `:${v}`
          : edn(draw, v, wild);
      return `${wild && draw.chance(5) ? ednString(k) : `:${k}`}${wild ? draw.one([' ', '\n']) : ' '}${name}`;
    });
    return `${style === 'records' ? '#jepsen.history.Op' : ''}{${fields.join(', ')}}`;
  });
  if (style === 'vector') return `[${lines.join('\n ')}]`;
  return wild && draw.chance(50) ? `; a history\n(${lines.join(' ')} ) #_ end` : `${lines.join('\n')}\n`;
}
