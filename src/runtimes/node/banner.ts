/** The text printed at the start: the addresses, and a command to try. */
import type { Config } from '../../kernel/config/config.ts';

export interface BannerFacts {
  readonly config: Config;
  readonly version: string;
  readonly database: string;
  /** Whether no account exists yet. */
  readonly isFirstRun: boolean;
}

/** How the first admin comes about. */
function firstAccount({ env }: Pick<Config, 'env'>): string {
  const command = 'npm run -s pharos -- users create NAME EMAIL --tier admin';
  const way = env === 'dev' ? 'The first one registered on this machine becomes admin.' : `Make an admin: ${command}`;
  return `\n  No account exists yet. ${way}\n`;
}

export function banner({ config, version, database, isFirstRun }: BannerFacts): string {
  const url = config.publicUrl;
  return `
  Pharos ${version}

    Page       ${url}/
    API docs   ${url}/docs
    Health     ${url}/monitoring/health
    Worker     ${config.worker.url}
    Database   ${database}
${isFirstRun ? firstAccount(config) : ''}
  Try it:

    curl -s ${url}/auth/register -H 'Content-Type: application/json' -d '{"username":"ada","email":"ada@example.org","password":"correct horse battery"}'

  Ctrl-C stops both.

`;
}
