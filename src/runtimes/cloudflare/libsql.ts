/** A libSQL server over HTTP from Workers: one client per request. */
import { type Client, createClient } from '@libsql/client/web';
import { connectLibsql } from '../../adapters/libsql-http.ts';
import type { Config } from '../../kernel/config/config.ts';

type LibsqlConfig = Extract<Config['database'], { kind: 'libsql' }>;

export const libsqlFromEdge = ({ url, authToken }: LibsqlConfig): Client =>
  connectLibsql({ url, authToken: authToken?.reveal(), createClient });
