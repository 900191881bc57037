/** `pharos mcp`: an MCP server for assistants that start programs, such as Claude Desktop. */
import { type Command, UsageError } from '../command.ts';
import { relay } from '../mcp/relay.ts';

const DEFAULT_URL = 'http://localhost:8000';

export const mcp: Command = {
  details:
    'An assistant starts it and speaks the Model Context Protocol on its standard input and output; every message is passed on to ' +
    'PHAROS_URL/mcp with PHAROS_API_KEY. Only the environment is read, no .env file. It ends with its standard input.',
  run: async () => {
    const { PHAROS_URL = DEFAULT_URL, PHAROS_API_KEY: key = '' } = process.env;
    await relay({
      input: process.stdin,
      output: process.stdout,
      url: mcpUrl(PHAROS_URL),
      headers: async () => (key === '' ? {} : { Authorization: `Bearer ${key}` }),
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
  return `${url.origin}${url.pathname.replace(/\/+$/, '')}/mcp`;
}
