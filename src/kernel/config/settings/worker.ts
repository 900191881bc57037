import { setting } from '../setting.ts';
import { baseUrl, baseUrls, cidrRanges, integer, listeningPort, minLength, oneOf, someOf, text } from '../values.ts';
import { WORKER_ROLES } from '../worker-roles.ts';

const group = 'Worker and queue';

export const WORKER = {
  WORKER_URL: setting({
    group,
    description: 'URL of a worker that runs elsewhere; unset, one is started beside the API.',
    schema: baseUrl,
    whenUnset: 'http://127.0.0.1:WORKER_PORT',
  }),
  SEARCH_URLS: setting({
    group,
    description:
      'URLs of the workers that answer searches, comma-separated. A library is searched by one of them, and by the next while that one fails.',
    schema: baseUrls,
    whenUnset: 'WORKER_URL',
  }),
  SEARCH_MEMORY_MB: setting({
    group,
    description:
      'Memory that a worker may use for the libraries that it searches, in MB; the least recently used ones leave it. 100,000 chunks need up to 150. A library that alone needs more is searched in the database.',
    schema: integer(16, 1_048_576),
    default: 512,
  }),
  WORKER_ROLES: setting({
    group,
    description: 'Parts of the work that a worker does; another one may do the rest.',
    schema: someOf(WORKER_ROLES),
    whenUnset: 'all',
  }),
  WORKER_PORT: setting({
    group,
    description: 'Port of the worker; 0 chooses a free one.',
    schema: listeningPort,
    default: 8001,
  }),
  API_URL: setting({
    group,
    description: 'URL to which a worker that runs elsewhere reports progress: the address of the API within a private network.',
    schema: baseUrl,
    whenUnset: 'PUBLIC_URL',
  }),
  WORKERS_PLAN: setting({
    group,
    description:
      'Plan of an API on Cloudflare Workers: sets how long event streams last and which limits are warned of at the start.',
    schema: oneOf(['free', 'paid']),
    default: 'free',
  }),
  WORKER_SIGNING_KEY: setting({
    group,
    description: 'Key that signs requests between API and worker. In dev one is generated into DATA_DIR.',
    schema: minLength(32),
    secret: true,
  }),
  QSTASH_TOKEN: setting({
    group,
    description: 'Token for QStash; with it, jobs are published through QStash.',
    schema: text('a token'),
    secret: true,
  }),
  QSTASH_URL: setting({
    group,
    description: 'URL of QStash.',
    schema: baseUrl,
    whenUnset: "QStash's own address",
  }),
  QSTASH_CURRENT_SIGNING_KEY: setting({
    group,
    description: 'Key that verifies deliveries of QStash.',
    schema: text('a key'),
    secret: true,
  }),
  QSTASH_NEXT_SIGNING_KEY: setting({
    group,
    description: 'Key of QStash after the next rotation.',
    schema: text('a key'),
    secret: true,
  }),
  READING_THREADS: setting({
    group,
    description: 'Documents that a worker reads at once, each in a process of its own; one owner may use all but one of several.',
    schema: integer(1, 64),
    default: 2,
  }),
  INGEST_ALLOW_ADDRESSES: setting({
    group,
    description: 'Private address ranges that documents may be fetched from and callbacks sent to, comma-separated.',
    schema: cidrRanges,
    whenUnset: 'none',
  }),
};
