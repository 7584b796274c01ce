/** Text that is safe inside HTML. */
export function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

export function seconds(nanoseconds: number, digits = 2): string {
  return `${(nanoseconds / 1e9).toFixed(digits)} s`;
}

export function milliseconds(nanoseconds: number): string {
  const ms = nanoseconds / 1e6;
  return `${ms.toFixed(ms < 10 ? 1 : 0)} ms`;
}

/** A table whose cells are HTML already. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = (tag: string, row: readonly string[]) => row.map((c) => `<${tag}>${c}</${tag}>`).join('');
  return `<div class="wide"><table><thead><tr>${cells('th', head)}</tr></thead><tbody>${rows
    .map((row) => `<tr>${cells('td', row)}</tr>`)
    .join('')}</tbody></table></div>`;
}

/** A value as one line of JSON, cut where nobody reads on. */
export function shown(value: unknown, most = 160): string {
  const text = JSON.stringify(value) ?? '';
  return text.length > most ? `${text.slice(0, most)}…` : text;
}

/** Seconds to the microsecond, finer than any screen. */
export function round(s: number): number {
  return Math.round(s * 1e6) / 1e6;
}
