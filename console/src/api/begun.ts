/**
 * What the page begins before the rest of the console is there: to renew its session, and to hear of the other tabs. A session
 * that another tab begins or ends meanwhile makes the answer useless.
 */
import { beginRenewal } from '../../../clients/typescript/src/index.ts';

/** All tabs of this browser. */
export const tabs = new BroadcastChannel('pharos-session');

/** A login at a provider that returns with a code begins another session. */
const bringsCode = new URLSearchParams(location.search).has('code');

export const renewal = bringsCode ? undefined : beginRenewal(location.origin);
tabs.onmessage = () => renewal?.drop();
