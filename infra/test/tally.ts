import { existsSync, readFileSync } from 'node:fs';

export interface Tally {
  passed: number;
  failed: number;
}

const nothing: Tally = { passed: 0, failed: 0 };

export function sum(tallies: Tally[]): Tally {
  return tallies.reduce((total, { passed, failed }) => ({ passed: total.passed + passed, failed: total.failed + failed }), nothing);
}

/** A runner that counts nothing itself: one test. */
export function single(succeeded: boolean): Tally {
  return succeeded ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
}

interface VitestReport {
  numPassedTests: number;
  numFailedTests: number;
  testResults: { status: string; assertionResults: { status: string }[] }[];
}

/**
 * What vitest's JSON report says. A file that failed without a failed test (it did not load, or its hooks failed)
 * counts as one failure, and so does a run that failed for a reason of its own.
 */
export function ofVitest(reportFile: string, exitCode: number): Tally {
  if (!existsSync(reportFile)) return { passed: 0, failed: 1 };
  return ofReport(JSON.parse(readFileSync(reportFile, 'utf8')) as VitestReport, exitCode);
}

export function ofReport(report: VitestReport, exitCode: number): Tally {
  const broken = report.testResults.filter(
    ({ status, assertionResults }) => status === 'failed' && !assertionResults.some((assertion) => assertion.status === 'failed'),
  );
  const failed = report.numFailedTests + broken.length;
  return { passed: report.numPassedTests, failed: failed === 0 && exitCode !== 0 ? 1 : failed };
}

/** The last line `N passed, N failed` of a runner of ours. */
export function ofLastLine(output: string, exitCode: number): Tally {
  const match = /(\d+) passed, (\d+) failed\s*$/.exec(output);
  if (!match) return { passed: 0, failed: 1 };
  const failed = Number(match[2]);
  return { passed: Number(match[1]), failed: failed === 0 && exitCode !== 0 ? 1 : failed };
}
