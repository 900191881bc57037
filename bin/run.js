// @ts-check
/** Runs a program of the bundle, which is rebuilt first where a source has changed. */
import process from 'node:process';
import { build, bundleState, canBuild } from './bundle.js';

/** Older versions lack functions that the programs use, some of them only at their end. */
const OLDEST_NODE = 24;

/** @param {'api' | 'worker' | 'pharos'} program */
export async function run(program) {
  if (Number.parseInt(process.versions.node, 10) < OLDEST_NODE)
    fail(
      `Pharos runs on Node ${OLDEST_NODE} or newer, and this is Node ${process.versions.node}: use "npm start", ` +
        '"npm run worker" or "npm run pharos", which run on the Node that "npm ci" installed',
    );
  const state = bundleState();
  if (state !== 'current') rebuild(state);
  // Stack traces name the lines of the sources.
  process.setSourceMapsEnabled(true);
  await import(`../dist/${program}.js`);
}

/** @param {'stale' | 'missing'} state */
function rebuild(state) {
  const reason = state === 'stale' ? 'dist/ is older than the sources' : 'dist/ is missing';
  if (!canBuild()) fail(`${reason}, and the bundler is not installed: run "npm ci" with development dependencies`);
  // Standard output belongs to the program.
  if (!build(['ignore', 'ignore', 'inherit'])) fail(`${reason}, and "npm run build" failed`);
}

/** @param {string} message @returns {never} */
function fail(message) {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}
