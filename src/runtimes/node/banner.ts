/** The text printed at the start: the addresses, and a command to try. */
import type { Config } from '../../kernel/config/config.ts';

export function banner({ config, version, database }: { config: Config; version: string; database: string }): string {
  const url = config.publicUrl;
  return `
  Pharos ${version}

    Page       ${url}/
    API docs   ${url}/docs
    Health     ${url}/monitoring/health
    Worker     ${config.worker.url}
    Database   ${database}

  Try it:

    curl -s ${url}/auth/register -H 'Content-Type: application/json' -d '{"username":"ada","email":"ada@example.org","password":"correct horse battery"}'

  Ctrl-C stops both.

`;
}
