#!/usr/bin/env node
import { CliError } from './cli-error.ts';
import { say } from './language.ts';
import { createProgram } from './program.ts';

try {
  await createProgram().parseAsync();
} catch (error) {
  if (!(error instanceof CliError)) throw error;
  process.stderr.write(`${say({ en: 'error', ja: 'エラー' })}: ${error.message}\n`);
  if (error.remedy !== undefined) process.stderr.write(`  ${say({ en: 'remedy', ja: '対処' })}: ${error.remedy}\n`);
  process.exitCode = 1;
}
