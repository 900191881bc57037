/** Documents of a small library that people can look at. */
import type { Account } from './console.ts';

export interface TestDocument {
  readonly title: string;
  readonly content: string;
  readonly tags?: readonly string[];
}

export const DOCUMENTS: readonly TestDocument[] = [
  {
    title: 'Instructions to light-keepers: care of the lens and the lamp glass',
    tags: ['optics', 'maintenance'],
    content: `# Instructions to light-keepers: care of the lens and the lamp glass

## Of the lamp and its glass

The keeper shall enter the lantern each morning within one hour of the extinguishing of the light, and before any other duty shall draw the curtains, that the sun may not strike through the lens upon the burner.

The lamp glass is to be cleaned every morning, and again at midnight when the watch is changed. It shall first be wiped with a dry linen cloth, then with spirit of wine, and last with a clean leather. No glass is to be touched while warm.

Spare glasses, not fewer than twelve, are to be kept in the store below the lantern, each in its own paper, and counted on the first day of the month.

## Of the lens

The lens is to be dusted daily with the feather brush, from above to below, and washed once in every second month with a soft sponge and rain water.

> A lens that is clean to the eye by day may be dull by night. It is to be judged from the gallery, with the lamp at half flame.

## Of the journal

| Column | Holds |
| --- | --- |
| weather | at four in the morning |
| oil | drawn for the night |

All that is done is written down on the day on which it is done, and is open to the inspector at any time.
`,
  },
  {
    title: 'Espresso machine: descaling and the weekly routine',
    tags: ['kitchen', 'maintenance'],
    content:
      'Backflush the espresso machine once a week, descale every two months with hard water and every four with soft. Wipe the steam wand after each use, before the milk dries.\n',
  },
  {
    title: 'Projector PX-400: replacing and cleaning the lamp unit',
    tags: ['maintenance'],
    content:
      'Clean the front glass every 200 hours or when the picture turns yellow. Let the lamp cool for one hour; never touch the glass of the bulb with bare fingers.\n',
  },
  {
    title: 'Sourdough with rye',
    tags: ['bread'],
    content:
      'Feed the rye starter at night, one part starter to five of flour and water. In the morning it should have doubled.\n',
  },
];

/** Adds a document and waits until it is processed. */
export async function addDocument({ client }: Account, document: TestDocument, contentType = 'text/markdown'): Promise<string> {
  const { tags = [], ...given } = document;
  const { id } = await client.create({ ...given, tags: [...tags], content_type: contentType });
  await client.finished(id);
  return id;
}
