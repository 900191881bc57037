/** Texts of the command palette and of the list of keys. */
export const keyboard = {
  palette: {
    name: 'Go to or do',
    field: 'Go to a page or do something',
    placeholder: 'Go to or do',
    list: 'Commands',
    none: 'Nothing by that name',
    theme: 'Switch the theme',
    help: 'Keyboard help',
    logOut: 'Log out',
    search: (question: string) => `Search for “${question}”`,
  },
  title: 'Keyboard',
  close: 'Close',
  single: 'Keys of one letter, such as / and g',
  singleHint: 'Turn them off if they get in the way of speech input or of your browser.',
  /** What the keys do, in the order of the list. */
  keys: [
    { does: 'Search', keys: ['/'] },
    { does: 'Go to or do anything', keys: ['Ctrl', 'K'] },
    { does: 'Next, previous result or row', keys: ['↓', '↑'] },
    { does: 'Open', keys: ['Enter'] },
    { does: 'Select the row', keys: ['x'] },
    { does: 'To the search', keys: ['g', 's'] },
    { does: 'Add documents', keys: ['g', 'a'] },
    { does: 'Library', keys: ['g', 'l'] },
    { does: 'Connect an assistant', keys: ['g', 'c'] },
    { does: 'Close, leave the field', keys: ['Esc'] },
    { does: 'This list', keys: ['?'] },
  ],
} as const;
