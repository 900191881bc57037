/** `pharos login`: begins a session at the server and keeps its tokens. */
import { answer, json, remark } from '../answer.ts';
import { logInByBrowser } from '../client/browser-login.ts';
import { type Connection, withServer } from '../client/connect.ts';
import { type Call, type Command, UsageError } from '../command.ts';
import type { Terminal } from '../terminal.ts';
import { browse } from './open.ts';

export const login: Command = {
  details:
    'The password is asked for on a terminal, and read from standard input otherwise. The tokens are kept in your folder of\n' +
    'settings, readable by you alone, and sent to this server only. A login in the browser needs no password here and may do\n' +
    'what you agree to; managing keys and jobs needs one with a password.',
  args: [{ name: 'username', description: 'name or e-mail address of the account; asked for if it is missing', optional: true }],
  options: { browser: { description: 'logs in and asks for your consent in the browser' }, json },
  examples: ['ada', '--browser', 'ada < password.txt'],
  run: async ({ args: [given], options, terminal }) => {
    if (options.browser !== undefined && given !== undefined) throw new UsageError('--browser: the user is named in the browser');
    if (options.browser === undefined && given === undefined && !terminal.isInteractive) {
      throw new UsageError('missing argument <username>: there is no terminal to ask at');
    }
    await withServer(async (connection) => {
      const { origin, hasKey } = connection;
      if (hasKey) throw new UsageError('PHAROS_API_KEY is set, and is used in place of a login: unset it first');
      const call = { options, terminal };
      const username =
        options.browser === undefined ? await byPassword(connection, given, terminal) : await byBrowser(connection, call);
      const value = { server: origin, logged_in: true, ...(username === undefined ? {} : { username }) };
      answer(call, value, `logged in to ${origin}${username === undefined ? '' : ` as ${username}`}`);
    });
  },
};

async function byPassword({ pharos, origin }: Connection, given: string | undefined, terminal: Terminal): Promise<string> {
  const username = given ?? (await terminal.ask(`User name at ${origin}: `)).trim();
  await pharos.logIn({ username, password: await terminal.readSecret('Password: ') });
  return username;
}

/** The server does not tell the name to an app. */
async function byBrowser({ pharos, store }: Connection, call: Pick<Call, 'options' | 'terminal'>): Promise<undefined> {
  const open = async (address: string) => {
    remark(call, `Log in and agree in the browser. If none opens, this address leads there:\n${address}`);
    await browse(address).catch(() => undefined);
  };
  await store?.save(await logInByBrowser({ url: pharos.url, open }));
}
