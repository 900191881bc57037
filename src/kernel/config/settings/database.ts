import { setting } from '../setting.ts';
import { databaseName, databaseUrl, host, integer, oneOf, port, text } from '../values.ts';

const group = 'Database';

export const DATABASE = {
  DATABASE_URL: setting({
    group,
    description: 'Database: `sqlite:`, `file:`, `libsql:` or `postgresql:`; user and password percent-encoded.',
    schema: databaseUrl,
    whenUnset: 'the file pharos.db in DATA_DIR',
    secret: true,
  }),
  DATABASE_AUTH_TOKEN: setting({
    group,
    description: 'Token for a libSQL server.',
    schema: text('a token'),
    secret: true,
  }),
  POSTGRES_SERVER: setting({
    group,
    description: 'Host of PostgreSQL; with it, and without DATABASE_URL, the URL is built from these parts.',
    schema: host,
  }),
  POSTGRES_PORT: setting({
    group,
    description: 'Port of PostgreSQL.',
    schema: port,
    default: 5432,
  }),
  POSTGRES_USER: setting({
    group,
    description: 'User of PostgreSQL.',
    schema: text('a name'),
    default: 'postgres',
  }),
  POSTGRES_PASSWORD: setting({
    group,
    description: 'Password of PostgreSQL; any characters.',
    schema: text('a password'),
    secret: true,
    verbatim: true,
  }),
  POSTGRES_DB: setting({
    group,
    description: 'Database in PostgreSQL.',
    schema: databaseName,
    default: 'pharos',
  }),
  POSTGRES_SSLMODE: setting({
    group,
    description: 'TLS to PostgreSQL.',
    schema: oneOf(['disable', 'prefer', 'require', 'verify-full']),
    default: 'prefer',
  }),
  POSTGRES_POOL_MAX: setting({
    group,
    description: 'Connections to PostgreSQL that each process keeps at most; further requests wait for one.',
    schema: integer(5, 20),
    default: 20,
  }),
};
