/** Limits of Cloudflare's free plan, logged at the start and listed in docs/deploy.md. */
import type { Config } from '../../kernel/config/config.ts';

/** https://developers.cloudflare.com/workers/platform/limits/ */
const FREE = [
  '10 ms of CPU per request: logins and registrations, whose password hashes take about 50 ms, may be aborted (error 1102)',
  '50 requests to other services per request: event streams end after two minutes, earlier with many documents; clients reconnect',
  '100,000 requests a day',
];

export const planLimits = ({ workersPlan }: Pick<Config, 'workersPlan'>): readonly string[] =>
  workersPlan === 'free' ? FREE : [];
