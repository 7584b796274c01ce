import { create } from 'xmlbuilder2';
import { inXml } from '../src/analysis/evidence/printable.ts';
import type { RunVerdict } from '../src/analysis/run-verdict.ts';
import type { Verdict } from '../src/analysis/verdict.ts';
import type { ReportFormat } from './report.ts';

interface Trouble {
  readonly type: string;
  readonly message: string;
}

interface TestCase {
  readonly name: string;
  readonly failures?: readonly Trouble[];
  readonly errors?: readonly Trouble[];
  readonly skipped?: string;
}

/** JUnit XML: a test case for each check of each workload, one for recovery, one for nodes that crashed. */
export const junit: ReportFormat = {
  name: 'junit',
  file: 'junit.xml',
  async render({ verdict, repeat }) {
    const cases = [
      ...verdict.verdicts.map(ofCheck),
      ofRecovery(verdict),
      ofCrashes(verdict),
      ...ofNothing(verdict),
    ];
    const count = (has: (c: TestCase) => boolean) => cases.filter(has).length;
    const counts = {
      tests: cases.length,
      failures: count((c) => (c.failures?.length ?? 0) > 0),
      errors: count((c) => (c.errors?.length ?? 0) > 0),
      skipped: count((c) => c.skipped !== undefined),
    };
    const name = `ordeal.${verdict.name}`;
    const root = create({ version: '1.0', encoding: 'UTF-8' }).ele('testsuites', { name, ...counts });
    const suite = root.ele('testsuite', { name: `${name} (seed ${verdict.seed})`, ...counts });
    const classname = `ordeal.${verdict.system.name}.${verdict.world}`;
    for (const c of cases) {
      const element = suite.ele('testcase', { name: c.name, classname });
      for (const { type, message } of c.failures ?? [])
        element.ele('failure', { type, message: firstLine(message) }).txt(inXml(message));
      for (const { type, message } of c.errors ?? [])
        element.ele('error', { type, message: firstLine(message) }).txt(inXml(message));
      if (c.skipped !== undefined) element.ele('skipped', { message: firstLine(c.skipped) });
    }
    suite.ele('system-out').txt(inXml(`Repeat: ${repeat}`));
    return `${root.end({ prettyPrint: true })}\n`;
  },
};

function ofCheck(verdict: Verdict): TestCase {
  const name = `${verdict.workload ?? verdict.check}: ${verdict.judged.join(', ')}`;
  if (verdict.valid === true) return { name };
  if (verdict.valid === 'unknown') return { name, skipped: verdict.reason ?? 'undecided' };
  return { name, failures: verdict.anomalies };
}

function ofRecovery({ recovery, interrupted }: RunVerdict): TestCase {
  const name = 'recovery after heal';
  if (recovery.recovered) return { name };
  if (interrupted) return { name, skipped: 'the run was interrupted' };
  return {
    name,
    failures: [{ type: 'no-recovery', message: 'not every client was served again within the limit' }],
  };
}

function ofCrashes({ crashes }: RunVerdict): TestCase {
  return {
    name: 'no node crashed unasked',
    failures: crashes.map(({ node, reason }) => ({ type: 'crash', message: `${node}: ${reason}` })),
  };
}

/** A run that tested nothing is an error of the set-up, not a failure of the system. */
function ofNothing({ exitCode, reasons }: RunVerdict): TestCase[] {
  if (exitCode !== 3) return [];
  const errors = reasons.map((message) => ({ type: 'nothing-tested', message }));
  return [{ name: 'the run tested something', errors }];
}

function firstLine(message: string): string {
  return inXml(message.split('\n', 1)[0]!);
}
