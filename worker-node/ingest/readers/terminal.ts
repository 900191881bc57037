/** Text that was written for a terminal. */

/** Removes colours and movements of the cursor (ECMA-48). */
export const withoutTerminalSequences = (text: string): string =>
  text
    .split('\u001b')
    .map((part, index) => (index === 0 ? part : part.replace(/^\[[\d;?]{0,30}[A-Za-z]/, '')))
    .join('');
