/**
 * Prints the cost of evaluating a Workers bundle as a multiple of a fixed loop: `startup-cost.ts <bundle>`.
 *
 * Both are measured in turns by this thread's processor time. The quickest runs are compared, so that a slow or busy machine
 * gives the same ratio. An iteration takes four cycles on current processors: at 3 GHz the loop takes `LOOP_MS` milliseconds.
 */
import { registerHooks } from 'node:module';
import { pathToFileURL } from 'node:url';

const CYCLES_PER_TURN = 4;
const REFERENCE_GHZ = 3;
const TURNS = 20_000_000;
const LOOP_MS = (TURNS * CYCLES_PER_TURN) / (REFERENCE_GHZ * 1e6);

/** A stand-in for the platform's modules. Evaluation calls none of their functions. */
const PLATFORM = 'export class DurableObject {} export const connect = () => undefined;';

registerHooks({
  resolve: (specifier, context, next) =>
    specifier.startsWith('cloudflare:')
      ? { url: `data:text/javascript,${encodeURIComponent(PLATFORM)}`, format: 'module', shortCircuit: true }
      : next(specifier, context),
});

function threadMs(since?: NodeJS.CpuUsage): { ms: number; at: NodeJS.CpuUsage } {
  const at = process.threadCpuUsage(since);
  return { ms: (at.user + at.system) / 1000, at };
}

function loop(): number {
  const { at } = threadMs();
  let x = 1;
  for (let i = 0; i < TURNS; i += 1) x = (Math.imul(x, 31) + i) | 0;
  const { ms } = threadMs(at);
  if (x === 0) throw new Error('the loop was not run');
  return ms;
}

const [, , bundle = ''] = process.argv;
// Node's modules belong to the platform as well, so loading them is not a cost of the bundle.
await Promise.all(['async_hooks', 'buffer', 'crypto', 'events', 'net', 'stream', 'tls'].map((name) => import(`node:${name}`)));
const before = Math.min(loop(), loop());
const { at } = threadMs();
await import(pathToFileURL(bundle).href);
const { ms } = threadMs(at);
const reference = Math.min(before, loop(), loop());
console.log(JSON.stringify({ ratio: ms / reference, loopMs: LOOP_MS }));
