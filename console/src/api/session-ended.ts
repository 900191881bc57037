/** Counts the ends of sessions: by log-out, in another tab, or because the server refused to renew it. */
import { signal } from '@preact/signals';

export const sessionEnded = signal(0);
