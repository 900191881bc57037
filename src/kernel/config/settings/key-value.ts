import { setting } from '../setting.ts';
import { baseUrl, boolean, host, integer, port, text, url } from '../values.ts';

const group = 'Key-value store';

export const KEY_VALUE = {
  REDIS_URL: setting({
    group,
    description: 'Redis 7 over TCP.',
    schema: url('redis:', 'rediss:'),
    secret: true,
  }),
  REDIS_HOST: setting({
    group,
    description: 'Host of Redis; with it, and without REDIS_URL, the URL is built from these parts.',
    schema: host,
  }),
  REDIS_PORT: setting({
    group,
    description: 'Port of Redis.',
    schema: port,
    default: 6379,
  }),
  REDIS_PASSWORD: setting({
    group,
    description: 'Password of Redis.',
    schema: text('a password'),
    secret: true,
    verbatim: true,
  }),
  REDIS_TLS: setting({
    group,
    description: 'TLS to Redis, with its certificate verified, where the URL is built from parts; a REDIS_URL says `rediss:`.',
    schema: boolean,
    default: false,
  }),
  REDIS_CACHE_DB: setting({
    group,
    description: 'Number of the Redis database.',
    schema: integer(0, 65535),
    default: 0,
  }),
  UPSTASH_REDIS_REST_URL: setting({
    group,
    description: 'Upstash Redis over REST.',
    schema: baseUrl,
  }),
  UPSTASH_REDIS_REST_TOKEN: setting({
    group,
    description: 'Token for Upstash Redis.',
    schema: text('a token'),
    secret: true,
  }),
};
