/** The return from a login at a provider: the address has a code for a session, or says why there is none. */
import { signal } from '@preact/signals';
import { sentenceOf } from '../api/errors.ts';
import { account, exchange } from '../api/session.ts';
import { login as texts } from '../texts.ts';
import { navigate } from './place.ts';

/** Why the last login at a provider failed. */
export const providerFailure = signal<string | undefined>(undefined);

/** Screens to which a provider returns. Their own parameters have other names. */
const RETURNS: ReadonlySet<string> = new Set(['/app/', '/app/login', '/app/account', '/app/consent']);

/** True if the address was such a return; the account is then known. */
export async function finishProviderLogin(): Promise<boolean> {
  const url = new URL(location.href);
  const { searchParams: query } = url;
  const code = query.get('code');
  const error = query.get('error');
  if (!RETURNS.has(url.pathname) || (code === null && error === null)) return false;
  const detail = query.get('error_description') ?? '';
  for (const name of ['code', 'error', 'error_description']) query.delete(name);
  // The code is used up, and the address is to be reloaded and shared without it.
  navigate(url.href, { replace: true });
  if (code === null) {
    providerFailure.value = error === 'access_denied' ? texts.cancelled : texts.refused(detail);
    return false;
  }
  try {
    await exchange(code);
    return true;
  } catch (failure) {
    providerFailure.value = texts.refused(sentenceOf(failure));
    account.value = null;
    return true;
  }
}
