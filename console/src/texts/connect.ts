/** Texts of the screen that connects assistants and scripts. */
export const connect = {
  nav: 'Connect',
  title: 'Connect an assistant',
  lead: 'One address. The assistant asks for permission once.',
  address: { title: 'The address', text: 'Every assistant that speaks the Model Context Protocol takes it.' },
  local:
    'This address is on your own machine. Assistants on the web cannot reach it: give the server a public https address (PUBLIC_URL) for them.',
  steps: {
    title: 'Step by step',
    text: 'Takes a minute. You can end it under Account at any time.',
    label: 'Assistant',
    claude: 'Claude',
    chatgpt: 'ChatGPT',
    other: 'Another one',
  },
  key: {
    title: 'A key for scripts',
    text: 'Searches only, unless you say otherwise.',
    inUse: (count: number) => (count === 1 ? '1 key in use' : `${count.toLocaleString('en')} keys in use`),
    see: 'see them',
  },
  code: {
    title: 'In code',
    text: 'The same search as on the first page: by meaning and by words.',
    label: 'Language',
    example: 'Example',
    more: 'Everything else that the API does:',
    reference: 'every operation, to read and to try',
    question: 'how often should I clean the lamp glass',
  },
};
