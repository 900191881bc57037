/** The publisher of QStash, if it is configured. Undefined: jobs are posted to the worker. */
import { Client } from '@upstash/qstash';
import type { Config } from '../kernel/config/config.ts';
import type { Clock } from '../kernel/core/ports.ts';
import type { JobPublisher } from '../kernel/jobs/publisher.ts';
import { createQstashPublisher } from '../kernel/worker-client/qstash-publisher.ts';

export function openPublisher(config: Pick<Config, 'queue' | 'publicUrl' | 'worker'>, clock: Clock): JobPublisher | undefined {
  const { queue } = config;
  if (queue.kind !== 'qstash') return undefined;
  const client = new Client({
    token: queue.token.reveal(),
    ...(queue.url === undefined ? {} : { baseUrl: queue.url }),
    // The relay retries.
    retry: false,
    enableTelemetry: false,
  });
  return createQstashPublisher({ client, config, clock });
}
