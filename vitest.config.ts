import { defineConfig } from 'vitest/config';

const ignored = ['**/node_modules/**', '**/dist/**', '.kajitori/**', '.tools/**'];

/** One project a kind of test, told apart by the file's suffix. CONTRIBUTING.md says what each may use. */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['**/*.test.ts'],
          exclude: [...ignored, '**/*.integration.test.ts', '**/*.e2e.test.ts'],
          testTimeout: 10_000,
        },
      },
      {
        test: {
          name: 'integration',
          include: ['**/*.integration.test.ts'],
          exclude: ignored,
          globalSetup: ['@kajitori/testing/global-setup'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        // Real containers, but no running instance.
        test: {
          name: 'docker',
          include: ['**/*.e2e.test.ts'],
          exclude: [...ignored, 'packages/e2e/**'],
          globalSetup: ['@kajitori/testing/global-setup'],
          fileParallelism: false,
          testTimeout: 120_000,
          hookTimeout: 180_000,
        },
      },
      {
        // kubectl and other clients against one instance of the whole product.
        test: {
          name: 'e2e',
          include: ['packages/e2e/**/*.e2e.test.ts'],
          exclude: ignored,
          globalSetup: ['@kajitori/testing/instance-setup'],
          fileParallelism: false,
          testTimeout: 180_000,
          hookTimeout: 240_000,
        },
      },
    ],
  },
});
