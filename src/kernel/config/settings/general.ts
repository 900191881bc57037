import { LOG_FORMATS, LOG_LEVELS } from '../../core/log.ts';
import { setting } from '../setting.ts';
import { baseUrl, boolean, host, integer, listeningPort, oneOf, origins, text } from '../values.ts';

const group = 'General';

export const GENERAL = {
  ENV: setting({
    group,
    description: 'Purpose of this installation; `prod` refuses every convenience of development.',
    schema: oneOf(['dev', 'staging', 'prod']),
    default: 'dev',
  }),
  HOST: setting({
    group,
    description: 'Address to listen on.',
    schema: host,
    whenUnset: '127.0.0.1 in dev, else 0.0.0.0',
  }),
  PORT: setting({
    group,
    description: 'Port of the API; 0 chooses a free one.',
    schema: listeningPort,
    default: 8000,
  }),
  PUBLIC_URL: setting({
    group,
    description: 'URL at which clients reach the API; part of links, token issuers and signatures. Required with ENV=prod.',
    schema: baseUrl,
    whenUnset: 'http://localhost:PORT',
  }),
  DATA_DIR: setting({
    group,
    description: 'Folder for the SQLite file and generated secrets.',
    schema: text('a path'),
    default: 'data',
  }),
  LOG_LEVEL: setting({
    group,
    description: 'Least severe level that is logged.',
    schema: oneOf(LOG_LEVELS),
    default: 'info',
  }),
  LOG_FORMAT: setting({
    group,
    description: 'Form of log lines: `text` for people, `json` for programs.',
    schema: oneOf(LOG_FORMATS),
    whenUnset: 'text on a terminal, else json',
  }),
  CORS_ORIGINS: setting({
    group,
    description: 'Origins whose pages may call the API, comma-separated; `*` for any, without credentials.',
    schema: origins,
    whenUnset: 'loopback origins in dev, else none',
  }),
  TRUSTED_PROXY_HOPS: setting({
    group,
    description: 'Number of proxies in front of the API that append to X-Forwarded-For.',
    schema: integer(0, 32),
    default: 0,
  }),
  TEST_MODE: setting({
    group,
    description: 'Lets every request through as an admin `test_user`. Refused with ENV=prod.',
    schema: boolean,
    default: false,
  }),
};
