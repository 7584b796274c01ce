import { INITIAL } from '../../../src/analysis/weak/transactions.ts';
import { closure, orders, readsFrom, sessionBefore, writesKey } from './brute.ts';
import type { Access, Dice, Small } from './random.ts';

export const KEYS = 3;

/**
 * The definition, operation by operation: the causal past of each can be put into one order that extends causality and
 * explains what its own session had read by then.
 */
export function isCausalMemory(h: Small): boolean {
  const n = h.session.length;
  const past = closure(n, (a, b) => sessionBefore(h, a, b) || readsFrom(h, a, b));
  for (let o = 0; o < n; o++) {
    if (past[o]![o]) return false;
    const members = Array.from({ length: n }, (_, i) => i).filter((i) => i === o || past[i]![o]);
    let explained = false;
    for (const order of orders(members.length, (a, b) => past[members[a]!]![members[b]!]!)) {
      const latest = new Array<number>(KEYS).fill(INITIAL);
      explained = order.every((at) => {
        const i = members[at]!;
        const reads = i === o || sessionBefore(h, i, o);
        const right = h.accesses[i]!.every((a) => a.write || !reads || latest[a.key] === a.from);
        for (let key = 0; key < KEYS; key++) if (writesKey(h, i, key)) latest[key] = i;
        return right;
      });
      if (explained) break;
    }
    if (!explained) return false;
  }
  return true;
}

/** Sessions of plain operations: `wx` writes x, `rx2` reads what the third operation wrote, `rx` the initial value. */
const TEMPLATES = [
  // Convergent and no causal memory: whoever saw y saw x and z before; its own x is later, and yet z was not there.
  ['wz wx wy', 'wx rz ry2 rx3'],
  // Causal memory and not convergent: each sees the other's write after its own.
  ['wx rx0 rx3', 'wx rx3 rx0'],
  // Neither, though weakly causal.
  ['wx rx0 rx3 rx0', 'wx'],
  ['wx wy', 'rx0 wx ry1', 'rx3 ry1 rx0'],
];

function parsed(sessions: readonly string[]): Small {
  const session: number[] = [];
  const accesses: Access[][] = [];
  sessions.forEach((text, s) => {
    for (const op of text.split(' ')) {
      session.push(s);
      const from = op.length > 2 ? Number(op[2]) : INITIAL;
      accesses.push([{ write: op[0] === 'w', key: 'xyz'.indexOf(op[1]!), from }]);
    }
  });
  return { sessions: sessions.length, session, accesses };
}

/** A template with a few operations turned into others. */
export function mutated(dice: Dice): Small {
  const h = parsed(TEMPLATES[dice.below(TEMPLATES.length)]!);
  const n = h.session.length;
  for (let edits = dice.below(4); edits > 0; edits--) {
    const at = dice.below(n);
    const list = h.accesses[at] as Access[];
    const edit = dice.below(4);
    if (edit < 2) list[0] = { write: edit === 0, key: dice.below(KEYS), from: INITIAL };
    else if (edit === 2) list[0] = { ...list[0]!, from: INITIAL };
    else list.push({ write: true, key: dice.below(KEYS), from: INITIAL });
  }
  // Reads of what nobody writes now, or only later in the same transaction, are of something else.
  for (const [at, list] of h.accesses.entries())
    for (const a of list) {
      if (a.write || (a.from !== INITIAL && a.from !== at && writesKey(h, a.from, a.key))) continue;
      const writers = h.session.flatMap((_, w) => (w !== at && writesKey(h, w, a.key) ? [w] : []));
      a.from = writers.length > 0 && dice.below(4) > 0 ? writers[dice.below(writers.length)]! : INITIAL;
    }
  return h;
}
