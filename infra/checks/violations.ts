/** One thing that a check must find. */
interface Violation {
  check: string;
  name: string;
  files: Record<string, string>;
  /** All of these must stand in the output of the failing check. */
  expect: string[];
}

const one = 'export const one = 1;\n';
const plant = (check: string, name: string, files: Record<string, string>, ...expect: string[]): Violation => ({
  check,
  name,
  files,
  expect,
});

export const violations: readonly Violation[] = [
  plant(
    'format',
    'a file that the formatter would change',
    { 'packages/kinds/src/planted-format.ts': 'export const one   =   "1"\n' },
    'planted-format.ts',
  ),
  plant(
    'lint',
    'a promise that nobody awaits, which only types can tell',
    { 'packages/kinds/src/planted-lint.ts': 'async function work(): Promise<void> {}\nexport function start(): void {\n  work();\n}\n' },
    'planted-lint.ts',
    'no-floating-promises',
  ),
  plant(
    'types',
    'a value of the wrong type',
    { 'packages/kinds/src/planted-types.ts': "export const one: number = 'one';\n" },
    'planted-types.ts',
  ),
  plant(
    'imports',
    'an import of a higher level',
    { 'packages/apimachinery/src/planted-upward.ts': "export { migrate } from '@kajitori/storage';\n" },
    'level-0-apimachinery: packages/apimachinery/src/planted-upward.ts',
  ),
  plant(
    'imports',
    'an import of packages/testing outside tests',
    { 'packages/kinds/src/planted-testing.ts': "export { freePort } from '@kajitori/testing';\n" },
    'packages/kinds/src/planted-testing.ts',
  ),
  plant(
    'imports',
    'a cycle of two files, seen past a `using`',
    {
      'packages/kinds/src/planted-cycle-a.ts':
        "import { b } from './planted-cycle-b.ts';\nexport async function a(): Promise<void> {\n  await using x = b();\n}\n",
      'packages/kinds/src/planted-cycle-b.ts':
        "import { a } from './planted-cycle-a.ts';\nexport const b = (): AsyncDisposable => ({ [Symbol.asyncDispose]: a });\n",
    },
    'no-cycles: packages/kinds/src/planted-cycle-',
  ),
  plant(
    'imports',
    'a room of the agent that imports another',
    {
      'packages/agent/src/probes/planted-room.ts': "export { one } from '../volumes/planted-other.ts';\n",
      'packages/agent/src/volumes/planted-other.ts': one,
    },
    'agent-room-probes: packages/agent/src/probes/planted-room.ts',
  ),
  plant(
    'imports',
    'BullMQ outside the reconciler',
    { 'packages/controllers/src/planted-queue.ts': "export { Queue } from 'bullmq';\n" },
    'bullmq-in-reconciler-only: packages/controllers/src/planted-queue.ts',
  ),
  plant(
    'imports',
    'the Docker socket outside the runtime',
    { 'packages/agent/src/planted-docker.ts': "export { DockerClient } from './runtime/docker-client.ts';\n" },
    'docker-in-agent-runtime-only: packages/agent/src/planted-docker.ts',
  ),
  plant(
    'imports',
    'an app that imports another',
    { 'apps/api/src/planted-app.ts': "export { one } from '../../worker/src/planted-part.ts';\n", 'apps/worker/src/planted-part.ts': one },
    'apps-import-no-app: apps/api/src/planted-app.ts',
  ),
  plant('exports', 'an export that nobody imports', { 'packages/kinds/src/planted-dead.ts': one }, 'planted-dead.ts'),
  plant(
    'unit',
    'a test that fails',
    { 'packages/kinds/src/planted.test.ts': "import { expect, test } from 'vitest';\n\ntest('fails', () => expect(1).toBe(2));\n" },
    'packages/kinds/src/planted.test.ts',
  ),
  plant(
    'unit',
    'a rule of the repository that is broken',
    { 'packages/kinds/src/utils.ts': one },
    'packages/kinds/src/utils.ts: file-name',
  ),
];
