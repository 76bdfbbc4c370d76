import { describe, expect, test } from 'vitest';
import { ofLastLine, ofReport, ofVitest, sum } from './tally.ts';

const passedFile = { status: 'passed', assertionResults: [{ status: 'passed' }] };

describe('tally', () => {
  test('counts what vitest reports', () => {
    expect(ofReport({ numPassedTests: 3, numFailedTests: 0, testResults: [passedFile] }, 0)).toEqual({ passed: 3, failed: 0 });
  });

  test('counts a file that did not load', () => {
    const broken = { status: 'failed', assertionResults: [] };
    expect(ofReport({ numPassedTests: 3, numFailedTests: 0, testResults: [passedFile, broken] }, 1)).toEqual({ passed: 3, failed: 1 });
  });

  test('counts a run that failed with no test at fault, such as an unhandled rejection', () => {
    expect(ofReport({ numPassedTests: 3, numFailedTests: 0, testResults: [passedFile] }, 1)).toEqual({ passed: 3, failed: 1 });
  });

  test('counts a run that left no report', () => {
    expect(ofVitest('/nowhere/report.json', 0)).toEqual({ passed: 0, failed: 1 });
  });

  test('reads the last line of other runners', () => {
    expect(ofLastLine('canary: types\n13 passed, 0 failed\n', 0)).toEqual({ passed: 13, failed: 0 });
    expect(ofLastLine('13 passed, 0 failed\n', 1)).toEqual({ passed: 13, failed: 1 });
    expect(ofLastLine('Segmentation fault\n', 139)).toEqual({ passed: 0, failed: 1 });
  });

  test('sums', () => {
    expect(
      sum([
        { passed: 1, failed: 2 },
        { passed: 3, failed: 4 },
      ]),
    ).toEqual({ passed: 4, failed: 6 });
  });
});
