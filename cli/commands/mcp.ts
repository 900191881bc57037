/** `pharos mcp`: an MCP server for assistants that start programs, such as Claude Desktop. */
import { connect } from '../client/connect.ts';
import { plain } from '../client/plain.ts';
import type { Command } from '../command.ts';
import { relay } from '../mcp/relay.ts';

export const mcp: Command = {
  details:
    'An assistant starts it and speaks the Model Context Protocol on its standard input and output; every message is passed on to ' +
    'PHAROS_URL/mcp with PHAROS_API_KEY or the stored login. Only the environment is read, no .env file. It ends with its standard input.',
  run: async () => {
    const { pharos } = connect();
    await relay({
      input: process.stdin,
      output: process.stdout,
      url: `${pharos.url}/mcp`,
      headers: async () => {
        const authorization = await pharos.authorization();
        return authorization === undefined ? {} : { Authorization: authorization };
      },
      log: (line) => process.stderr.write(`pharos mcp: ${plain(line)}\n`),
    });
  },
};
