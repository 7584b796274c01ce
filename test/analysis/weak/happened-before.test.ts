import { expect, test } from 'vitest';
import { core } from '../../../src/analysis/weak/arbitration.ts';
import { causalOrder } from '../../../src/analysis/weak/causal.ts';
import { CausalMemory } from '../../../src/analysis/weak/happened-before.ts';
import { WeakLevels } from '../../../src/analysis/weak/levels.ts';
import { INITIAL, indexed } from '../../../src/analysis/weak/transactions.ts';
import { closure, orders, readsFrom, sessionBefore, writesKey } from './brute.ts';
import { type Access, Dice, randomSmall, rounds, type Small, show, transactionsOf } from './random.ts';

const KEYS = 3;

/**
 * The definition, operation by operation: the causal past of each can be put into one order that extends causality and
 * explains what its own session had read by then.
 */
function isCausalMemory(h: Small): boolean {
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

function engine(h: Small): boolean {
  const t = indexed(transactionsOf(h, KEYS));
  const causal = causalOrder(t);
  if (causal.length < t.n) return false;
  const memory = new CausalMemory(t, 1e9, causal);
  for (let s = 0; s < t.sessions; s++) {
    const { demands, initial, ordered } = memory.of(s);
    if (initial.length > 0) return false;
    if (core(t, { sessions: true }, demands).components > 0) {
      expect(ordered).toBe(false);
      return false;
    }
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
function mutated(dice: Dice): Small {
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

for (const accesses of [1, 2])
  test(`causal memory against its definition, ${accesses === 1 ? 'plain operations' : 'transactions'}`, () => {
    let held = 0;
    const apart = { beyondWeak: 0, butConvergent: 0, notConvergent: 0 };
    const total = rounds(4000);
    for (let seed = 1; seed <= total; seed++) {
      const dice = new Dice(seed);
      const h =
        accesses === 1 && seed % 4 > 0
          ? mutated(dice)
          : randomSmall(dice, {
              transactions: accesses === 1 ? 8 : 6,
              sessions: 1 + dice.below(3),
              keys: 1 + dice.below(KEYS),
              accesses,
              repeatable: dice.below(8) > 0,
            });
      const expected = isCausalMemory(h);
      if (expected) held++;
      const levels = new WeakLevels(transactionsOf(h, KEYS));
      if (!levels.causalityCyclic) {
        const ccv = levels.causal();
        const weak = ccv.demands.impossibleCount === 0 && !levels.overwrittenInPast().includes(1);
        if (weak && !expected) apart.beyondWeak++;
        if (ccv.holds && !expected) apart.butConvergent++;
        if (!ccv.holds && expected) apart.notConvergent++;
        if (expected && !weak) expect.fail(`seed ${seed}: causal memory, and not weakly causal\n${show(h)}`);
      }
      if (engine(h) !== expected) expect.fail(`seed ${seed}: expected ${expected}\n${show(h)}`);
    }
    // It is stronger than weak causality, and neither stronger nor weaker than convergence.
    if (accesses === 1)
      expect(Math.min(apart.beyondWeak, apart.butConvergent, apart.notConvergent)).toBeGreaterThan(
        total / 1000,
      );
    expect(held).toBeGreaterThan(total / 10);
    expect(held).toBeLessThan((total * 9) / 10);
  });
