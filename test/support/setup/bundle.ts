/** Global set-up of the projects that start Pharos: `dist/` is built once, where a source has changed, before files run side by side. */
import { execFileSync } from 'node:child_process';
import { bundleState } from '../../../bin/bundle.js';

export function setup(): void {
  if (bundleState() !== 'current')
    execFileSync(process.execPath, ['build/bundle.ts'], { stdio: ['ignore', 'ignore', 'inherit'] });
}
