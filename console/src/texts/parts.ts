/** Texts of the parts. */
export const parts = {
  messages: 'Messages',
  undo: 'Undo',
  dismiss: 'Dismiss',
  copy: 'Copy',
  copied: 'Copied',
  notCopied: 'Not copied: this browser does not allow it here. Select the text and copy it yourself.',
  why: { words: 'Words', meaning: 'Meaning', both: 'Both' },
  foundBy: 'Found by: ',
  whyLong: { words: 'by its words', meaning: 'by its meaning', both: 'by both' },
  stages: {
    label: 'Stages',
    done: 'done',
    failed: 'failed',
    waits: 'waits',
    omitted: 'not run',
    lastSeen: 'last seen at',
    percent: (value: number) => `${value} %`,
  },
};
