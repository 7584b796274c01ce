import { getJunitXml } from 'junit-xml';
import type { RunVerdict } from '../src/analysis/run-verdict.ts';
import type { Verdict } from '../src/analysis/verdict.ts';
import type { ReportFormat } from './report.ts';

type TestCase = Parameters<typeof getJunitXml>[0]['suites'][number]['testCases'][number];

/** JUnit XML: a test case for each check of each workload, one for recovery, one for nodes that crashed. */
export const junit: ReportFormat = {
  name: 'junit',
  file: 'junit.xml',
  async render({ verdict, repeat }) {
    const testCases = [
      ...verdict.verdicts.map((v) => ofCheck(v)),
      ofRecovery(verdict),
      ofCrashes(verdict),
      ...ofNothing(verdict),
    ];
    const suite = `ordeal.${verdict.name}`;
    const classname = `ordeal.${verdict.system.name}.${verdict.world}`;
    return getJunitXml({
      name: suite,
      suites: [
        {
          name: `${suite} (seed ${verdict.seed})`,
          testCases: testCases.map((c) => ({ ...c, classname, systemOut: [`Repeat: ${repeat}`] })),
        },
      ],
    });
  },
};

function ofCheck(verdict: Verdict): TestCase {
  const what = verdict.workload ?? verdict.check;
  const name = `${what}: ${verdict.judged.join(', ')}`;
  if (verdict.valid === true) return { name };
  if (verdict.valid === 'unknown')
    return { name: `${name} (${verdict.reason ?? 'undecided'})`, skipped: true };
  return { name, failures: verdict.anomalies.map(({ type, message }) => ({ type, message })) };
}

function ofRecovery({ recovery, interrupted }: RunVerdict): TestCase {
  const name = 'recovery after heal';
  if (recovery.recovered) return { name };
  if (interrupted) return { name, skipped: true };
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
  return [{ name: 'the run tested something', errors: reasons.map((message) => ({ message })) }];
}
