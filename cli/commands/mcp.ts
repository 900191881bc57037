/** `pharos mcp`: an MCP server for assistants that start programs, such as Claude Desktop. */

import { trimEndOf } from '../../src/kernel/core/trim.ts';
import { connect, DEFAULT_URL } from '../client/connect.ts';
import { type Command, UsageError } from '../command.ts';
import { relay } from '../mcp/relay.ts';

export const mcp: Command = {
  details:
    'An assistant starts it and speaks the Model Context Protocol on its standard input and output; every message is passed on to ' +
    'PHAROS_URL/mcp with PHAROS_API_KEY or the stored login. Only the environment is read, no .env file. It ends with its standard input.',
  run: async () => {
    const { PHAROS_URL = DEFAULT_URL } = process.env;
    const url = mcpUrl(PHAROS_URL);
    const { pharos } = connect();
    await relay({
      input: process.stdin,
      output: process.stdout,
      url,
      headers: async () => {
        const authorization = await pharos.authorization();
        return authorization === undefined ? {} : { Authorization: authorization };
      },
      log: (line) => process.stderr.write(`pharos mcp: ${line}\n`),
    });
  },
};

/** Throws UsageError for an address that is none, and for one with credentials, which would end up in logs. */
function mcpUrl(given: string): string {
  const url = URL.canParse(given) ? new URL(given) : undefined;
  if (!url || !/^https?:$/.test(url.protocol)) {
    throw new UsageError(`PHAROS_URL: expected an address such as ${DEFAULT_URL}, not "${given}"`);
  }
  if (url.username !== '' || url.password !== '') {
    throw new UsageError('PHAROS_URL must not contain credentials: set PHAROS_API_KEY');
  }
  return `${url.origin}${trimEndOf(url.pathname, '/')}/mcp`;
}
