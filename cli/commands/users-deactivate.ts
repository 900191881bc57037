/** `pharos users deactivate`: keeps a user from logging in. */
import { answer, json } from '../answer.ts';
import type { Command } from '../command.ts';
import { withSession } from '../session.ts';
import { changeUser, userNamed } from '../users.ts';

export const deactivateUser: Command = {
  args: [{ name: 'login', description: 'username or e-mail address' }],
  options: { json },
  run: ({ args: [login = ''], options, terminal }) =>
    withSession(async (session) => {
      const user = await userNamed(session, login);
      await changeUser(session, user.id, { active: false });
      const { place } = session.database;
      const value = { id: user.id, username: user.username, active: false, database: place };
      answer({ options, terminal }, value, `${user.username} is deactivated and all sessions are over, in ${place}`);
    }),
};
