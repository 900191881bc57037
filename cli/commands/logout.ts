/** `pharos logout`: ends the stored session, at the server and here. */
import { PharosError } from '../../clients/typescript/src/index.ts';
import { answer, json } from '../answer.ts';
import { withServer } from '../client/connect.ts';
import { type Command, UsageError } from '../command.ts';

export const logout: Command = {
  options: { json },
  run: async ({ options, terminal }) => {
    await withServer(async ({ pharos, origin, hasKey }) => {
      if (hasKey) throw new UsageError('PHAROS_API_KEY is set: there is no login to end');
      // A session that has ended already is what was asked for.
      await pharos.logOut().catch((error: unknown) => {
        if (!(error instanceof PharosError) || error.status !== 401) throw error;
      });
      answer({ options, terminal }, { server: origin, logged_in: false }, `logged out of ${origin}`);
    });
  },
};
