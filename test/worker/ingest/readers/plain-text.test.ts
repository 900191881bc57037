import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readText } from '../../../../worker-node/ingest/readers/plain-text.ts';

const blocks = (source: string): string[] =>
  readText(source).sections.flatMap(({ heading, paragraphs }) => [
    ...(heading ? [`# ${heading.text}`] : []),
    ...paragraphs.map(({ text }) => text),
  ]);
const title = (source: string) => readText(source).metadata.title;

const PROSE =
  'The lighthouse keeper climbs the stairs each evening to light the lamp for the ships at sea, and comes down in the morning when it is day. He has done so for thirty years. Nobody in the village remembers a night without the light, and few have seen the room in which it burns.';

/** Wraps greedily, as editors do. */
function wrap(text: string, width: number, indent = ''): string {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = '';
    }
    line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line].map((one) => indent + one).join('\n');
}

describe('readText: wrapped lines', () => {
  it('plain text: prose that is wrapped at any usual width is one paragraph', () => {
    fc.assert(
      fc.property(fc.integer({ min: 35, max: 120 }), fc.constantFrom('', '  ', '        '), (width, indent) => {
        expect(blocks(`${wrap(PROSE, width, indent)}\n\n${wrap(PROSE, width, indent)}`)).toEqual([PROSE, PROSE]);
      }),
    );
  });

  it('plain text: no word is lost or doubled, whatever the lines', () => {
    const line = fc.oneof(
      fc.constantFrom('- ', '1. ', '   ', '> ', '', '====', '| a | b |', '\t', 'x;'),
      fc.lorem({ maxCount: 6 }),
    );
    fc.assert(
      fc.property(
        fc.array(
          fc.tuple(line, line).map(([a, b]) => `${a}${b}`),
          { maxLength: 30 },
        ),
        (lines) => {
          const words = (text: string) => text.match(/[a-z]+/g)?.sort() ?? [];
          const source = lines.join('\n');
          expect(words(blocks(source).join('\n'))).toEqual(words(source));
        },
      ),
    );
  });

  it.each([
    [
      'verse',
      'Tiger Tiger, burning bright,\nIn the forests of the night;\nWhat immortal hand or eye,\nCould frame thy fearful symmetry?',
    ],
    ['an address', 'Ann Lee\n12 Harbour Road\nPortsmouth\nEngland'],
    ['short lines', 'Tea\nCoffee and cream\nMilk'],
  ])('plain text: the lines of %s are kept', (_what, source) => {
    expect(blocks(source)).toEqual([source]);
  });

  it('plain text: a sentence that ends a line early starts a new line, and an indented one a paragraph', () => {
    const [one, two] = [PROSE.slice(0, PROSE.indexOf(' He has')), PROSE.slice(PROSE.indexOf('He has'))];
    expect(blocks(`${wrap(one, 60)}\n   ${wrap(two, 60)}`)).toEqual([one, two]);
  });

  it('plain text: lines in Chinese and Japanese are joined without a blank', () => {
    const line = '灯台守は毎晩階段を上り海の船のためにランプを灯し朝になると降りてくる';
    expect(blocks(`${line}\n${line}\n${line}`)).toEqual([line.repeat(3)]);
  });

  it('plain text: a word that is divided keeps its hyphen and gets no blank', () => {
    const source =
      'A note on the lamp that turns in the tower of the well-\nknown lighthouse at the end of the long pier in the east';
    expect(blocks(source)[0]).toContain('well-known lighthouse');
  });
});

describe('readText: blocks', () => {
  it.each([
    ['a list', '- a lamp\n- oil that is\n  clean\n  - for winter', ['- a lamp\n- oil that is clean\n  - for winter']],
    ['a list under a line', 'Tools:\n* a lamp\n* oil', ['Tools:', '- a lamp\n- oil']],
    ['a numbered list', '1. climb\n2) light\n10. sleep', ['1. climb\n2. light\n10. sleep']],
    ['letters', 'a) climb\nb) light', ['- a) climb\n- b) light']],
    ['a quote', '> one\n> > two', ['> one\n> \\> two']],
    ['columns', 'Hour      Task\n6         rest\n20        light', ['```\nHour      Task\n6         rest\n20        light\n```']],
    ['code', 'int main() {\n  return 0;\n}', ['```\nint main() {\n  return 0;\n}\n```']],
    ['a log', '2024-05-06 10:00:00 lit\n2024-05-06 22:00:00 out', ['```\n2024-05-06 10:00:00 lit\n2024-05-06 22:00:00 out\n```']],
    ['headings that are underlined', 'Lamps\n=====\nText.\n\nOil\n---\n\nMore.', ['# Lamps', 'Text.', '# Oil', 'More.']],
    [
      'what Markdown would take for markup',
      '# not a heading\n\n<b> *x* 1\\. &amp;',
      ['\\# not a heading', '\\<b> *x* 1\\\\. \\&amp;'],
    ],
    ['nothing', ' \n\t\n', []],
  ])('plain text: %s is read', (_what, source, expected) => {
    expect(blocks(source)).toEqual(expected);
  });
});

describe('readText: titles', () => {
  it.each([
    ['a line that stands alone', `How lamps work\n\n${PROSE}`, 'How lamps work'],
    ['an underlined heading', `Read me\n=======\n\nHow lamps work\n--------------\n\n${PROSE}`, 'How lamps work'],
    ['a line above others that are short', `How lamps work\nby Ann Lee\n\n${PROSE}`, 'How lamps work'],
    ['a date before the title', `2024-05-06\n\nHow lamps work\n\n${PROSE}`, 'How lamps work'],
    [
      'a short first sentence',
      'Meeting notes 12 June. We agreed to move the launch to September. Anna will write.',
      'Meeting notes 12 June',
    ],
    ['a note of one line', 'The office wifi password is blue-horse-42.', 'The office wifi password is blue-horse-42'],
    ['wrapped prose with a short first sentence', wrap(`Lamps burn oil. ${PROSE}`, 60), 'Lamps burn oil'],
    ['wrapped prose', wrap(PROSE, 60), null],
    ['a paragraph', PROSE.slice(0, 138), null],
    ['wrapped text without capital letters', wrap(PROSE.toLowerCase().replaceAll(/[,.]/g, ''), 50), null],
    [
      'an abbreviation',
      wrap('experiments were performed in the 12-in . rams as described by others in full detail before now', 60),
      null,
    ],
    ['a list', '- one\n- two', null],
    [
      'a manual page',
      'TAR(1)      GNU TAR Manual      TAR(1)\n\nNAME\n       tar - an archiving utility\n\nSYNOPSIS\n       tar',
      'tar - an archiving utility',
    ],
    ['nothing', '', null],
  ])('plain text: %s gives the right title', (_what, source, expected) => {
    expect(title(source)).toBe(expected);
  });

  it('plain text: 17,000,000 characters without a space and without a full stop are read', () => {
    expect(readText('灯'.repeat(17_000_000)).metadata.title).toBeNull();
  });
});
