/** How many documents are being processed: the count beside "Add" in the rail. */
import { signal } from '@preact/signals';

export const inWork = signal(0);

/** How many of them have not been sent to the server yet. */
export const unsent = signal(0);
