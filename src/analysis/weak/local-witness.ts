import type { Json } from '../../history/op.ts';
import type { Anomaly } from '../verdict.ts';
import type { LocalFinding, Registers } from './registers.ts';
import { Cast, show } from './words.ts';

/** The witness of an anomaly that one or two operations show by themselves. `type` may rename it. */
export function localAnomaly(
  registers: Registers,
  finding: LocalFinding,
  initial: Json,
  type: string = finding.type,
): Anomaly {
  const cast = new Cast(registers, initial);
  const { accesses } = registers;
  const unit = accesses.unit[finding.access]!;
  const otherUnit = finding.other < 0 ? -1 : accesses.unit[finding.other]!;
  const key = accesses.key[finding.access]!;
  const value = show(cast.valueOf(finding.access));
  const other = finding.other < 0 ? 'nothing' : show(cast.valueOf(finding.other));
  const mine = cast.nameOfUnit(unit);
  const theirs = otherUnit < 0 || otherUnit === unit ? mine : cast.nameOfUnit(otherUnit);
  const where = cast.key(key);
  const message = ((): string => {
    switch (finding.type) {
      case 'thin-air':
        return `${mine} read ${where} as ${value}, which nobody wrote.`;
      case 'G1a':
        return `${mine} read ${where} as ${value}, which ${theirs} wrote, and ${theirs} failed.`;
      case 'G1b':
        return `${mine} read ${where} as ${value}, which ${theirs} wrote and then overwrote itself: it was never ${theirs}'s last word.`;
      case 'internal':
        return `${mine} wrote ${other} to ${where} and then read it as ${value}.`;
      case 'future-read':
        return `${mine} read ${where} as ${value} before it wrote that value itself.`;
      case 'non-repeatable-read':
        return `${mine} read ${where} as ${other} and then, without writing it, as ${value}.`;
      case 'lost-update':
        return `${mine} and ${theirs} both read ${where} as ${value} and both wrote it: whichever came second overwrote an update that it had not seen.`;
    }
  })();
  return {
    type,
    message,
    ops: cast.ops,
    key: cast.keyValue(key),
    detail: { value: cast.valueOf(finding.access) },
  };
}
