/** What this server offers before the login. */
import { useEffect, useState } from 'preact/hooks';
import type { components } from '../../../clients/typescript/src/index.ts';
import { client } from './client.ts';
import { recoveries } from './connection.ts';

export type AuthOptions = components['schemas']['AuthOptions'];

/** Undefined until the server has answered; asked again when it can be reached again. */
export function useAuthOptions(): AuthOptions | undefined {
  const [options, setOptions] = useState<AuthOptions>();
  const round = recoveries.value;
  useEffect(() => {
    if (options) return;
    client.get('/auth/options').then(setOptions, () => undefined);
  }, [round]);
  return options;
}
