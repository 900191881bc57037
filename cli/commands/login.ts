/** `pharos login`: begins a session at the server and keeps its tokens. */
import { withServer } from '../client/connect.ts';
import { type Command, UsageError } from '../command.ts';

export const login: Command = {
  details:
    'The password is asked for on a terminal, and read from standard input otherwise. The tokens are kept in your folder of\n' +
    'settings, readable by you alone, and sent to this server only.',
  args: [{ name: 'username', description: 'name or e-mail address of the account; asked for if it is missing', optional: true }],
  examples: ['', 'ada', 'ada < password.txt'],
  run: async ({ args: [given], terminal }) => {
    if (given === undefined && !terminal.isInteractive)
      throw new UsageError('missing argument <username>: there is no terminal to ask at');
    await withServer(async ({ pharos, origin, hasKey }) => {
      if (hasKey) throw new UsageError('PHAROS_API_KEY is set, and is used in place of a login: unset it first');
      const username = given ?? (await terminal.ask(`User name at ${origin}: `)).trim();
      await pharos.logIn({ username, password: await terminal.readSecret('Password: ') });
      terminal.print(`logged in to ${origin} as ${username}`);
    });
  },
};
