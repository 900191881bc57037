import { defineConfig } from 'vitest/config';

const project = (name: string, options: Record<string, unknown> = {}) => ({
  test: { name, include: [`test/${name}/**/*.test.ts`], testTimeout: 30_000, hookTimeout: 60_000, ...options },
});

export default defineConfig({
  test: {
    projects: [
      project('contract'),
      project('kernel'),
      project('library'),
      project('routes'),
      project('worker'),
      project('runtimes', { testTimeout: 120_000 }),
    ],
    coverage: {
      provider: 'v8',
      include: ['src/**/*.ts', 'worker-node/**/*.ts', 'cli/**/*.ts'],
      reporter: ['text-summary', 'json-summary', 'lcov'],
      thresholds: Object.fromEntries(
        [
          'src/kernel/config*.ts',
          'src/kernel/auth/**',
          'src/kernel/limits/**',
          'src/kernel/progress/**',
          'src/kernel/jobs/**',
        ].map((glob) => [glob, { lines: 100, branches: 100 }]),
      ),
    },
  },
});
