/** `pharos users deactivate`: keeps a user from logging in. */
import type { Command } from '../command.ts';
import { withSession } from '../session.ts';
import { changeUser, userNamed } from '../users.ts';

export const deactivateUser: Command = {
  args: [{ name: 'login', description: 'username or e-mail address' }],
  run: ({ args: [login = ''], terminal }) =>
    withSession(async (session) => {
      const user = await userNamed(session, login);
      await changeUser(session, user.id, { active: false });
      terminal.print(`${user.username} is deactivated and all sessions are over, in ${session.database.place}`);
    }),
};
