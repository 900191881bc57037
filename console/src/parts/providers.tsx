/** Buttons that lead to the providers at which this server lets people log in. */

import type { AuthOptions } from '../api/auth-options.ts';
import { login as texts } from '../texts.ts';

export interface ProvidersProps {
  readonly options: AuthOptions | undefined;
  /** The address of the console to which the provider returns. */
  readonly returnTo: string;
}

export function Providers({ options, returnTo }: ProvidersProps) {
  if (!options || options.providers.length === 0) return null;
  return (
    <>
      <div class="or">{texts.or}</div>
      <div class="gate__providers">
        {options.providers.map((provider) => (
          <a key={provider} class="btn btn--wide" href={`/auth/${provider}?${new URLSearchParams({ return_to: returnTo })}`}>
            {texts.providers[provider]}
          </a>
        ))}
      </div>
    </>
  );
}
