import { z } from 'zod';
import { AppError } from '../../kernel/core/errors.ts';
import { findUser } from '../../kernel/db/users.ts';
import type { AppContext } from '../context.ts';
import { type Caller, operation } from '../operation.ts';
import { userSchema, userToWire } from './account-schemas.ts';

export const getAccount = operation({
  name: 'account.get',
  scope: null,
  summary: 'Read the own account',
  description: 'The account that the credentials belong to, with its tier.',
  destructive: false,
  input: z.object({}),
  output: userSchema,
  run: async ({ db, actor }: Pick<AppContext, 'db'> & Caller) => {
    const user = await findUser(db, actor.userId);
    if (!user?.active) throw new AppError('unauthenticated', 'Could not validate credentials');
    return userToWire(user);
  },
});
