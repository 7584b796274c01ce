/** The whole style of the report. Colours carry a word or a shape beside them wherever they mean something. */
export const STYLE = `
:root { color-scheme: light dark; --bg: #fbfbfa; --card: #fff; --ink: #1c1d20; --dim: #666a73; --line: #e2e2de;
  --ok: #2f7d4f; --bad: #c2332b; --open: #a36a00; --info: #d18b1f; --band: rgba(194, 51, 43, .10); --accent: #2c5fb3; }
@media (prefers-color-scheme: dark) { :root { --bg: #16171a; --card: #1e2024; --ink: #e7e7e4; --dim: #9aa0ab;
  --line: #33363c; --ok: #6cc08b; --bad: #ef7b72; --open: #e3ad4a; --info: #e3ad4a; --band: rgba(239, 123, 114, .14);
  --accent: #86aef0; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--bg); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
main { max-width: 1180px; margin: 0 auto; padding: 28px 20px 80px; }
h1 { font-size: 26px; margin: 0 0 6px; } h2 { font-size: 18px; margin: 34px 0 10px; } h3 { font-size: 15px; margin: 0 0 8px; }
p { margin: 6px 0; } .dim { color: var(--dim); } code, pre, td.mono, .mono { font: 12.5px/1.5 ui-monospace, monospace; }
.badge { display: inline-block; padding: 2px 12px; border-radius: 6px; color: #fff; font-weight: 700; letter-spacing: .04em; }
.badge.ok { background: var(--ok); } .badge.bad { background: var(--bad); } .badge.open { background: var(--open); }
.ok { color: var(--ok); } .bad { color: var(--bad); } .open { color: var(--open); } .badge { color: #fff !important; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 16px 18px; margin: 12px 0; }
.wide { overflow-x: auto; } table { border-collapse: collapse; width: 100%; }
th { text-align: left; color: var(--dim); font-weight: 600; font-size: 13px; }
th, td { padding: 5px 12px 5px 0; border-bottom: 1px solid var(--line); vertical-align: top; }
tr:last-child td { border-bottom: 0; } td .mono { overflow-wrap: anywhere; }
pre { background: var(--bg); border: 1px solid var(--line); border-radius: 6px; padding: 10px 12px; overflow-x: auto; margin: 8px 0; }
.message { white-space: pre-line; } .cycle svg { max-width: 100%; height: auto; } .cycle { margin: 10px 0; }
.repeat { display: flex; gap: 8px; align-items: start; } .repeat pre { flex: 1; margin: 0; white-space: pre-wrap; }
button { font: inherit; font-size: 13px; border: 1px solid var(--line); background: var(--card); color: var(--ink); border-radius: 6px; padding: 5px 12px; cursor: pointer; }
canvas.timeline { width: 100%; display: block; cursor: crosshair; } .tip { position: fixed; pointer-events: none; background: var(--ink); color: var(--bg);
  padding: 6px 9px; border-radius: 6px; font: 12px/1.45 ui-monospace, monospace; max-width: 520px; white-space: pre-wrap; display: none; z-index: 9; }
.legend span { margin-right: 16px; font-size: 13px; } .swatch { display: inline-block; width: 11px; height: 11px; border-radius: 2px; margin-right: 6px; }
details > summary { cursor: pointer; color: var(--accent); } .u-legend { font-size: 13px; } .chart { width: 100%; }
`;
