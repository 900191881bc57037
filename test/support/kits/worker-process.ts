/** A worker as it runs, but for leases that lapse within seconds: `worker-process.ts <lease in ms>`, settings in the environment. */
import { parseConfig } from '../../../src/kernel/config/config.ts';
import { startWorker } from '../../../worker-node/start.ts';

const worker = await startWorker(parseConfig(process.env), { leaseMs: Number(process.argv[2]) });
process.on('disconnect', () => process.exit(0));
process.on('SIGTERM', () => void worker.stop().then(() => process.exit(0)));
process.send?.('ready');
