/** The secret of a link in a mail: behind the # of the address, so that no server and no log sees it. */
import { useRef } from 'preact/hooks';

/** Read once, and taken out of the address; empty without one. */
export function useMailToken(): string {
  const token = useRef<string | undefined>(undefined);
  if (token.current === undefined) {
    token.current = location.hash.slice(1);
    if (token.current !== '') history.replaceState(null, '', location.pathname);
  }
  return token.current;
}
