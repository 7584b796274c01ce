/// <reference lib="dom" />
import type { Series } from './series.ts';

interface Chart {
  setScale(key: string, range: { min: number; max: number }): void;
  readonly ctx: CanvasRenderingContext2D;
  readonly bbox: { left: number; top: number; width: number; height: number };
  valToPos(value: number, scale: string, canvas: boolean): number;
}
type UPlot = new (options: unknown, data: unknown, target: Element) => Chart;

/**
 * What the page does in the browser. Inlined as text, so it must not use anything from outside its body: it draws the
 * timeline on a canvas (pan by dragging, zoom by the wheel, back by a double click) and the two charts with uPlot.
 */
export function script(series: Series, uPlot: UPlot): void {
  const css = (name: string) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const colours = {
    ok: css('--ok'),
    bad: css('--bad'),
    info: css('--info'),
    dim: css('--dim'),
    line: css('--line'),
  };
  const outcomes = [colours.ok, colours.bad, colours.info];

  function bands(u: Chart): void {
    u.ctx.fillStyle = css('--band');
    for (const { from, to } of series.bands) {
      const left = u.valToPos(from, 'x', true);
      const width = Math.max(1, u.valToPos(to, 'x', true) - left);
      u.ctx.fillRect(left, u.bbox.top, width, u.bbox.height);
    }
  }

  function charts(): void {
    const latency = document.querySelector('#latency');
    const rate = document.querySelector('#rate');
    if (latency === null || rate === null) return;
    const axis = {
      stroke: colours.dim,
      grid: { stroke: colours.line, width: 1 },
      ticks: { stroke: colours.line },
    };
    const order = series.start.map((_, i) => i).sort((a, b) => series.start[a]! - series.start[b]!);
    const points = (which: number) =>
      order.map((i) =>
        series.outcome[i] === which && series.length[i]! >= 0 ? series.length[i]! * 1000 || 0.001 : null,
      );
    const dot = (label: string, colour: string) => ({
      label,
      stroke: colour,
      paths: () => null,
      points: { show: true, size: 4, fill: colour, width: 0 },
    });
    const width = latency.clientWidth;
    const hooks = { drawClear: [bands] };
    const sync = { cursor: { sync: { key: 'time' } } };
    new uPlot(
      {
        width,
        height: 240,
        hooks,
        ...sync,
        scales: { x: { time: false }, y: { distr: 3 } },
        axes: [axis, { ...axis, label: 'latency (ms)', stroke: colours.dim, size: 64 }],
        series: [
          { label: 'time (s)' },
          dot('ok', colours.ok),
          dot('failed', colours.bad),
          dot('unknown', colours.info),
        ],
      },
      [order.map((i) => series.start[i]), points(0), points(1), points(2)],
      latency,
    );
    const step = Math.max(0.1, Math.ceil((series.end / 200) * 10) / 10);
    const bins = Math.max(1, Math.ceil(series.end / step));
    const counts = [0, 1, 2].map(() => new Array<number>(bins).fill(0));
    series.start.forEach((s, i) => {
      const at = Math.min(bins - 1, Math.max(0, Math.floor((s + Math.max(0, series.length[i]!)) / step)));
      counts[series.outcome[i]!]![at]!++;
    });
    const line = (label: string, colour: string) => ({
      label,
      stroke: colour,
      width: 1.5,
      points: { show: false },
    });
    new uPlot(
      {
        width,
        height: 230,
        hooks,
        ...sync,
        scales: { x: { time: false } },
        axes: [axis, { ...axis, label: 'completions per second', stroke: colours.dim, size: 64 }],
        series: [
          { label: 'time (s)' },
          line('ok', colours.ok),
          line('failed', colours.bad),
          line('unknown', colours.info),
        ],
      },
      [counts[0]!.map((_, i) => i * step), ...counts.map((c) => c.map((n) => n / step))],
      rate,
    );
  }

  function timeline(): void {
    const canvas = document.querySelector<HTMLCanvasElement>('canvas.timeline');
    const tip = document.querySelector<HTMLElement>('.tip');
    const context = canvas?.getContext('2d');
    if (!canvas || !tip || !context) return;
    const label = 14 + 6.7 * Math.max(...[...series.lanes, ...series.nodes].map((name) => name.length));
    const row = series.lanes.length > 40 ? 6 : 14;
    // A record is as wide as its position, or what takes no time could not be seen.
    const least = series.unit === 'record' ? 0.8 : 0;
    const nodeRow = 18;
    const top = 16;
    const nodesHeight = series.nodes.length * nodeRow;
    const height = top + nodesHeight + 10 + series.lanes.length * row + 24;
    let from = 0;
    let to = Math.max(series.end, 0.001);
    const marked = new Set(series.marked);
    const width = () => canvas.clientWidth;
    const x = (t: number) => label + ((t - from) / (to - from)) * (width() - label);
    const time = (px: number) => from + ((px - label) / (width() - label)) * (to - from);
    const laneY = (lane: number) => top + nodesHeight + 10 + lane * row;

    function draw(): void {
      const scale = window.devicePixelRatio || 1;
      canvas!.width = width() * scale;
      canvas!.height = height * scale;
      canvas!.style.height = `${height}px`;
      const c = context!;
      c.setTransform(scale, 0, 0, scale, 0, 0);
      c.clearRect(0, 0, width(), height);
      c.font = '11px ui-monospace, monospace';
      c.textBaseline = 'middle';
      c.save();
      c.beginPath();
      c.rect(label, 0, width() - label, height);
      c.clip();
      c.fillStyle = css('--band');
      for (const b of series.bands)
        c.fillRect(x(b.from), top, Math.max(1, x(b.to) - x(b.from)), height - top - 20);
      c.fillStyle = colours.dim;
      let free = Number.NEGATIVE_INFINITY;
      for (const b of [...series.bands].sort((p, q) => p.from - q.from)) {
        if (x(b.from) < free) continue;
        c.fillText(b.label, x(b.from) + 2, 7);
        free = x(b.from) + c.measureText(b.label).width + 8;
      }
      const kinds = { leader: css('--accent'), down: colours.bad, paused: colours.info };
      for (const s of series.stretches) {
        const y = top + s.lane * nodeRow;
        c.fillStyle = kinds[s.kind];
        c.globalAlpha = s.kind === 'leader' ? 0.85 : 0.5;
        c.fillRect(x(s.from), y + 3, Math.max(1, x(s.to) - x(s.from)), nodeRow - 6);
        c.globalAlpha = 1;
        if (x(s.to) - x(s.from) > 90) {
          c.fillStyle = '#fff';
          c.fillText(s.label, Math.max(x(s.from), label) + 4, y + nodeRow / 2);
        }
      }
      for (let i = 0; i < series.start.length; i++) {
        const s = series.start[i]!;
        const l = series.length[i]!;
        const e = l < 0 ? series.end : s + l;
        if (e + least < from || s > to) continue;
        const y = laneY(series.lane[i]!);
        const w = Math.max(1.2, x(e + least) - x(s));
        c.fillStyle = outcomes[series.outcome[i]!]!;
        if (l < 0) c.globalAlpha = 0.25;
        c.fillRect(x(s), y + 1, w, row - 2);
        c.globalAlpha = 1;
        if (marked.has(i)) {
          c.strokeStyle = css('--ink');
          c.lineWidth = 2;
          c.strokeRect(x(s) - 2, y, w + 4, row);
        }
      }
      c.restore();
      c.fillStyle = colours.dim;
      series.nodes.forEach((n, i) => {
        c.fillText(n, 4, top + i * nodeRow + nodeRow / 2);
      });
      if (row > 9) for (const [i, name] of series.lanes.entries()) c.fillText(name, 4, laneY(i) + row / 2);
      let every = series.unit === 's' ? 0.001 : 1;
      for (let i = 0; (to - from) / every > 12; i++) every *= [2, 2.5, 2][i % 3]!;
      for (let t = Math.ceil(from / every) * every; t <= to; t += every)
        c.fillText(`${Number(t.toFixed(3))}${series.unit === 's' ? ' s' : ''}`, x(t) - 8, height - 10);
    }

    function when(s: number, l: number): string {
      if (series.unit === 'record')
        return `${l > 0 ? `records ${s}–${s + l}` : `record ${s}`}${l < 0 ? ', never returned' : ''}`;
      return `${s.toFixed(6)} s, ${l < 0 ? 'never returned' : `took ${(l * 1000).toFixed(1)} ms`}`;
    }

    function at(px: number, py: number): string | undefined {
      const t = time(px);
      if (px < label) return undefined;
      if (py > top && py < top + nodesHeight) {
        const lane = Math.floor((py - top) / nodeRow);
        const hit = series.stretches.filter((s) => s.lane === lane && s.from <= t && s.to >= t);
        return hit.length > 0 ? `${series.nodes[lane]} ${hit.map((s) => s.label).join(', ')}` : undefined;
      }
      const lane = Math.floor((py - laneY(0)) / row);
      const slack = (to - from) / width();
      for (let i = 0; i < series.start.length; i++) {
        if (series.lane[i] !== lane) continue;
        const s = series.start[i]!;
        const l = series.length[i]!;
        if (t < s - slack || t > (l < 0 ? s + 40 * slack : s + Math.max(l + least, 2 * slack))) continue;
        return `${when(s, l)}\n${series.text[i] ?? series.fs[series.f[i]!]}`;
      }
      const bands = series.bands.filter((b) => b.from <= t && b.to >= t);
      return bands.length > 0 ? bands.map((b) => b.label).join(' + ') : undefined;
    }

    let drag: { x: number; from: number; to: number } | undefined;
    const clamp = () => {
      const span = Math.min(to - from, series.end);
      from = Math.max(0, Math.min(from, series.end - span));
      to = from + span;
      draw();
    };
    canvas.addEventListener(
      'wheel',
      (event) => {
        event.preventDefault();
        const t = time(event.offsetX);
        const factor = event.deltaY > 0 ? 1.25 : 0.8;
        const span = Math.min(series.end, Math.max(series.unit === 's' ? 0.0005 : 4, (to - from) * factor));
        const share = (t - from) / (to - from);
        from = t - share * span;
        to = from + span;
        clamp();
      },
      { passive: false },
    );
    canvas.addEventListener('mousedown', (event) => {
      drag = { x: event.offsetX, from, to };
    });
    window.addEventListener('mouseup', () => {
      drag = undefined;
    });
    canvas.addEventListener('dblclick', () => {
      from = 0;
      to = series.end;
      draw();
    });
    canvas.addEventListener('mouseleave', () => {
      tip.style.display = 'none';
    });
    canvas.addEventListener('mousemove', (event) => {
      if (drag !== undefined) {
        const moved = ((event.offsetX - drag.x) / (width() - label)) * (drag.to - drag.from);
        from = drag.from - moved;
        to = drag.to - moved;
        clamp();
        return;
      }
      const text = at(event.offsetX, event.offsetY);
      tip.style.display = text === undefined ? 'none' : 'block';
      tip.textContent = text ?? '';
      tip.style.left = `${Math.min(event.clientX + 14, window.innerWidth - 540)}px`;
      tip.style.top = `${event.clientY + 16}px`;
    });
    window.addEventListener('resize', draw);
    draw();
  }

  for (const button of document.querySelectorAll<HTMLButtonElement>('button[data-copy]'))
    button.addEventListener('click', () => {
      void navigator.clipboard?.writeText(button.dataset.copy ?? '').then(() => {
        button.textContent = 'copied';
      });
    });
  timeline();
  charts();
}
