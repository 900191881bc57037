/** `npm run test:browser`: the console in Chromium against real servers. Apart from `npm test`, which needs no browser. */
import { defineConfig } from 'vitest/config';
import { patchPackages } from './build/patch-packages.js';

patchPackages();

export default defineConfig({
  test: {
    include: ['test/browser/**/*.test.ts'],
    // A browser and a server each: more of them at a time would wait for each other.
    maxWorkers: 2,
    testTimeout: 120_000,
    hookTimeout: 180_000,
    expect: { poll: { timeout: 30_000, interval: 50 } },
    globalSetup: ['test/support/setup/run-folder.ts', 'test/support/setup/bundle.ts'],
  },
});
