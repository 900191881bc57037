/** The secret of a link in a mail: behind the # of the address, so that no server and no log sees it. */
import { useEffect, useState } from 'preact/hooks';

/** Taken out of the address; empty without one. A link that is opened where its screen is open already gives a new one. */
export function useMailToken(): string {
  const [token, setToken] = useState(takeToken);
  useEffect(() => {
    const onChange = () => {
      const next = takeToken();
      if (next !== '') setToken(next);
    };
    addEventListener('hashchange', onChange);
    return () => removeEventListener('hashchange', onChange);
  }, []);
  return token;
}

function takeToken(): string {
  const token = location.hash.slice(1);
  if (token !== '') history.replaceState(null, '', location.pathname);
  return token;
}
