/**
 * A process that consumes one key's limit as fast as it can: `load.ts <json of settings> <times> <key> <limit>`. It sends its
 * parent how many requests were admitted.
 */
import { openStore } from '../kits/store.ts';

const [settings = '{}', times = '0', key = '', limit = '0'] = process.argv.slice(2);
const { kv, rateLimitStore } = await openStore(JSON.parse(settings) as Record<string, string>);
const policies = [{ name: 'minute', windowMs: 600_000, limit: Number(limit) }];
// All processes start at once, when the parent says so.
process.send?.('ready');
await new Promise((resolve) => process.once('message', resolve));
const answers = await Promise.all(
  Array.from({ length: Number(times) }, () => rateLimitStore.consume([{ limit: { key, policies, cost: 1 }, read: [] }])),
);
process.send?.(answers.flat().filter(({ decision }) => decision?.admitted).length);
await kv.close();
process.disconnect();
