/** How many documents are being processed: the count beside "Add" in the rail. */
import { signal } from '@preact/signals';

export const inWork = signal(0);
