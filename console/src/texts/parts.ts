/** Texts of the parts. */
export const parts = {
  messages: 'Messages',
  undo: 'Undo',
  dismiss: 'Dismiss',
  close: 'Close',
  copy: 'Copy',
  copied: 'Copied',
};
