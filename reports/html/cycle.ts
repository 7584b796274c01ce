import type { Viz } from '@viz-js/viz';
import type { Anomaly } from '../../src/analysis/verdict.ts';
import { shown } from './text.ts';

const COLOURS: { readonly [type: string]: string } = {
  ww: '#2c5fb3',
  wr: '#2f7d4f',
  rw: '#c2332b',
  co: '#7a4fb3',
  so: '#777777',
  process: '#777777',
  realtime: '#a36a00',
};

/** Of the letters in a box, in points. */
const SIZE = 11;

/** Boxes beside each other that still are legible on a page; more stand one below the other. */
const BESIDE = 3;
/** A drawing of more shows nothing that the table of its steps does not. */
const MOST = 40;

/** Loaded with the first cycle: most runs have none, and it is a megabyte of WebAssembly. */
let viz: Promise<Viz> | undefined;

/** The cycle of an anomaly as SVG; nothing for an anomaly without one, or with one too long to be looked at. */
export async function cycleSvg({ ops, steps }: Anomaly): Promise<string | undefined> {
  if (steps === undefined || steps.length === 0 || ops.length > MOST) return undefined;
  viz ??= import('@viz-js/viz').then(({ instance }) => instance());
  const text = (await viz).renderString(
    {
      directed: true,
      graphAttributes: { rankdir: ops.length > BESIDE ? 'TB' : 'LR', bgcolor: 'transparent' },
      nodeAttributes: {
        shape: 'box',
        style: 'rounded,filled',
        fillcolor: '#f4f4f1',
        color: '#999999',
        fontname: 'monospace',
        fontsize: SIZE,
      },
      edgeAttributes: { fontname: 'monospace', fontsize: 10 },
      nodes: ops.map((op) => {
        const place = op.node === undefined ? '' : `  ${op.node}`;
        const label = `${op.name}  process ${op.process}${place}\n${wrapped(shown(op.value, 200))}`;
        return { name: op.name, attributes: { label, width: widthOf(label) } };
      }),
      edges: steps.map(({ from, to, type, key }) => ({
        tail: from,
        head: to,
        attributes: {
          // Spaces keep the arrow longer than its words.
          label: key === undefined ? `  ${type}  ` : `    ${type} (key ${shown(key, 20)})    `,
          color: COLOURS[type] ?? '#333333',
          fontcolor: COLOURS[type] ?? '#333333',
        },
      })),
    },
    { format: 'svg' },
  );
  // The document type and the comments around it do not belong inside a page.
  return text.slice(text.indexOf('<svg'));
}

/** Inches. Graphviz has no fonts here and takes letters for narrower than those of a typewriter are: 0.6 of their height. */
function widthOf(label: string): number {
  const longest = Math.max(...label.split('\n').map((line) => line.length));
  return (longest * 0.61 * SIZE + 16) / 72;
}

/** Lines short enough for a box. */
function wrapped(text: string): string {
  return text.replaceAll(/(.{60}[^,]*,)/g, '$1\n');
}
