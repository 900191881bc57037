/** `pharos users delete`: deletes a user and everything that the account owns. */
import { createMailer } from '../../src/adapters/mailer.ts';
import { createAccountNotices } from '../../src/kernel/auth/account-notices.ts';
import { endAccount, removeSlice } from '../../src/services/accounts/delete-account.ts';
import { answer, json, remark } from '../answer.ts';
import { type Command, UsageError } from '../command.ts';
import { withSession } from '../session.ts';
import { accountParts, ORIGIN, userNamed } from '../users.ts';

export const deleteUser: Command = {
  details:
    'Deletes documents, vectors, keys and sessions; it cannot be undone. The name is asked for again on a terminal, and --yes confirms it elsewhere.',
  args: [{ name: 'login', description: 'username or e-mail address' }],
  options: { yes: { description: 'deletes without asking' }, json },
  run: ({ args: [login = ''], options, terminal }) =>
    withSession(async (session) => {
      const user = await userNamed(session, login);
      const place = session.database.place;
      if (options.yes === undefined) {
        if (!terminal.isInteractive)
          throw new UsageError(`--yes confirms that ${user.username} and all its documents are deleted`);
        const answer = await terminal.readSecret(`Delete ${user.username} and all its documents in ${place}? Type the name: `);
        if (answer !== user.username) throw new UsageError('That is not the name; nothing was deleted');
      }
      const mailer = createMailer(session.config, (text) => remark({ options, terminal }, text));
      const notices = createAccountNotices({ ...session, mailer });
      const { security, sessions } = accountParts(session);
      await endAccount({ ...session, security, sessions, notices }, user, {
        by: ORIGIN.by,
        client: ORIGIN,
        check: async () => {},
      });
      // A worker goes on with the rest if this is interrupted.
      while (await session.db.transaction((tx) => removeSlice(tx, user.id)));
      const value = { id: user.id, username: user.username, deleted: true, database: place };
      answer({ options, terminal }, value, `${user.username} and everything that the account owned are deleted, in ${place}`);
    }),
};
