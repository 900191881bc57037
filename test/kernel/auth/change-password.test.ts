import { eq } from 'drizzle-orm';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createLoginLimits } from '../../../src/kernel/auth/login-limits.ts';
import { users } from '../../../src/kernel/db/schema.sqlite.ts';
import type { Session, User } from '../../../src/kernel/db/types.ts';
import { rateLimitPolicies } from '../../../src/kernel/rate-limits/tiers.ts';
import { createAccounts, register } from '../../../src/services/accounts/accounts.ts';
import { changePassword } from '../../../src/services/accounts/change-password.ts';
import { CLIENT, createAuthKit } from '../../support/kits/auth.ts';
import { cheapHasher } from '../../support/kits/services.ts';

const [OLD, NEW] = ['the old long phrase', 'the new long phrase'];

async function signedUp() {
  const kit = await createAuthKit();
  const loginLimits = createLoginLimits({ limiter: kit.limiter, limits: rateLimitPolicies(kit.config) });
  const deps = { ...kit, passwords: cheapHasher, loginLimits, notices: { send: () => {} } };
  const user = await register(deps, { username: 'grace', email: 'grace@example.org', password: OLD });
  return { deps: { ...deps, accounts: createAccounts(deps) }, user, close: kit.close };
}

const here = (user: User, id: string) => ({ user, session: { id } as Session });

let kit: Awaited<ReturnType<typeof signedUp>>;
beforeEach(async () => {
  kit = await signedUp();
});
afterEach(() => kit.close());

test('change password: the new password logs in, the old one does not, and only the current session survives', async () => {
  const { deps, user } = kit;
  const [own] = [await deps.sessions.start(user, [], CLIENT), await deps.sessions.start(user, [], CLIENT)];
  const { sid } = await deps.accessTokens.verify(own.accessToken);
  await changePassword(deps, here(user, sid), { current: OLD, next: NEW }, CLIENT);
  expect((await deps.accounts.checkPassword(await deps.accounts.find('grace'), NEW)).user?.id).toBe(user.id);
  expect((await deps.accounts.checkPassword(await deps.accounts.find('grace'), OLD)).user).toBeUndefined();
  expect((await deps.sessions.list(user.id)).map(({ id }) => id)).toEqual([sid]);
});

test('change password: a wrong current password is forbidden, and a user deleted meanwhile a conflict', async () => {
  const { deps, user } = kit;
  const change = (current: string) => changePassword(deps, here(user, 'none'), { current, next: NEW }, CLIENT);
  await expect(change('not this one')).rejects.toMatchObject({ code: 'forbidden' });
  await deps.db.delete(users).where(eq(users.id, user.id));
  await expect(change(OLD)).rejects.toMatchObject({ code: 'conflict' });
});
