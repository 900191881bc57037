/** Texts without a topic: what "none of the categories" looks like to a model. */
export const TOPICLESS: readonly string[] = [
  'Thanks for your message, I will answer next week.',
  'Hello, see you soon, and best wishes to everybody.',
  'The file is attached for your information.',
  'Call me when you have a moment, or write back.',
  'Yes. No. Maybe. Perhaps later.',
  'Nothing more was said, nothing else happened, and it made no difference to anyone.',
  'It is what it is; sometimes this, sometimes that, and nobody can tell why.',
  'One thing, another thing, and several more, each a little different from the last.',
  'Testing, one, two, three. This is only a test.',
  'Untitled document, draft, copy of a copy.',
  'This page is intentionally left blank.',
  'Dolor sit amet, consectetur adipiscing elit.',
  'First item. Second item. Third item. And so on.',
];
