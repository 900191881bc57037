import { describe, expect, it } from 'vitest';
import { readMarkdown } from '../../../../worker-node/ingest/readers/markdown.ts';

const blocks = (source: string): string[] =>
  readMarkdown(source).sections.flatMap(({ heading, paragraphs }) => [
    ...(heading ? [`# ${heading.text}`] : []),
    ...paragraphs.map(({ text }) => text),
  ]);

describe('readMarkdown: as GitHub', () => {
  it.each([
    ['a table', '| a | b |\n|--|--|\n| 1 | `x\\|y` |', ['| a | b |\n| --- | --- |\n| 1 | x\\|y |']],
    ['tasks', '- [x] done\n- [ ] open', ['- [x] done\n- [ ] open']],
    ['strikethrough', 'a ~~b~~ c', ['a b c']],
    ['a footnote', 'Text[^n].\n\n[^n]: The *note*.', ['Text[1].', '1. The note.']],
    ['an inline footnote', 'Text^[note].', ['Text[1].', '1. note']],
    ['an unused footnote', 'Text.\n\n[^n]: The note.', ['Text.']],
    ['a block of HTML', '<div align="center">\n  <h1>Quokka</h1>\n  <p>A router.</p>\n</div>', ['# Quokka', 'A router.']],
    ['Markdown in HTML', '<details><summary>More</summary>\n\n- a *b*\n\n</details>', ['More', '- a b']],
    [
      'a table in HTML',
      '<table><tr><th>A</th><th>B</th></tr><tr><td>1</td><td>2</td></tr></table>',
      ['| A | B |\n| --- | --- |\n| 1 | 2 |'],
    ],
    ['inline HTML', 'a <kbd>Ctrl</kbd> <!-- x --> b<br>c', ['a Ctrl b\nc']],
    ['a script', '<script>alert(1)</script> after\n\nnext', ['after', 'next']],
    ['an unclosed script', 'a <script> b\n\nc', ['a \\<script> b', 'c']],
    ['an unclosed style in a block', '<div>\n<style>\n</div>\n\nc', ['\\<style>', 'c']],
    ['code', '```js {1}\nlet a = "<b>";\n```\n\n    indented', ['```js\nlet a = "<b>";\n```', '```\nindented\n```']],
    ['code with fences', '````md\n```\nx\n```\n````', ['````md\n```\nx\n```\n````']],
    ['a list of steps', '1. one\n\n   ```\n   x\n   ```\n2. two', ['1. one', '```\nx\n```', '2. two']],
    ['a quote', '> a\n> - b', ['> a\n>\n> - b']],
    ['an alert', '> [!NOTE]\n> Text', ['> [!NOTE] Text']],
    ['underscores and stars in words', 'foo_bar_baz 2*3*4', ['foo_bar_baz 234']],
    ['a rule of 60 dashes', `a\n\n${'-'.repeat(60)}\n\n# B\n\nc`, ['a', '# B', 'c']],
    ['a hard break', 'a  \nb', ['a\nb']],
    ['soft-wrapped lines', 'one line\nand the next', ['one line and the next']],
    ['entities', '&copy; &amp;lt; &lt;b&gt;', ['© \\&lt; \\<b>']],
  ])('Markdown: %s is read', (_what, source, expected) => {
    expect(blocks(source)).toEqual(expected);
  });

  it('Markdown: links in tables and footnotes keep their words', () => {
    const { sections } = readMarkdown(
      '| a |\n|--|\n| [x](https://a.example/) |\n\n| a | b |\n|--|--|\n| 1 | [y](https://b.example/) |\n\nt[^1]\n\n[^1]: [z](https://c.example/)',
    );
    const words = sections.flatMap(({ paragraphs }) =>
      paragraphs.flatMap(({ text, links }) => links.map(({ start, end }) => text.slice(start, end))),
    );
    expect(words).toEqual(['x', 'y', 'z']);
  });

  it.each([
    ['footnotes that name each other', Array.from({ length: 3_000 }, (_, i) => `[^${i}]: see [^${i + 1}]`).join('\n')],
    ['one footnote used often', `${'a[^1] '.repeat(20_000)}\n\n[^1]: b`],
    ['tables without end', `|a|b|\n|-|-|\n${'|1|2|\n'.repeat(20_000)}`],
    ['pipes', '|'.repeat(50_000)],
    ['a delimiter row of 5,000 columns', `${'|a'.repeat(5_000)}|\n${'|-'.repeat(5_000)}|\n|x|`],
    ['tildes', '~~a'.repeat(20_000)],
    ['carets and brackets', '^['.repeat(20_000)],
    ['tags', '<b>'.repeat(20_000)],
    ['tables in HTML in lists', '- <table><tr><td>\n'.repeat(2_000)],
  ])('Markdown: %s are read within the bounds of a thread', (_what, source) => {
    expect(readMarkdown(`${source}\n\nThe lamp is lit.`).sections.length).toBeGreaterThan(0);
  });
});

describe('readMarkdown: titles', () => {
  it.each([
    ['the first heading', '# Quokka\n\n## Install', 'Quokka'],
    ['the first heading of the first level', '## Install\n\n# Quokka', 'Quokka'],
    ['a heading in HTML', '<h1 align="center">Quokka</h1>\n\n## Install', 'Quokka'],
    ['a heading that is a picture', '<h1><img alt="Quokka logo" src="x.svg"></h1>\n\n## Why Quokka?', 'Quokka'],
    ['a heading without its badges', '# Quokka [![build](https://img.shields.io/x)](https://ci.example)', 'Quokka'],
    ['an underlined heading', 'Quokka\n===\n\nText', 'Quokka'],
    ['a heading behind a generic one', '# Installation\n\ntext\n\n# Quokka router', 'Quokka router'],
    ['a generic heading of the whole document', '# Getting started\n\ntext\n\n## Quokka', 'Getting started'],
    ['the heading that it begins with', '### Quokka\n\n## Setup of pebbles', 'Quokka'],
    ['a picture before sections', '[![Quokka Logo](l.png)](https://quokka.example)\n\nText\n\n## Pebbles', 'Quokka'],
    ['the first section that is not generic', 'Text\n\n## Usage\n\n## Quick start\n\n## Pebbles', 'Pebbles'],
    ['generic sections only', 'Text\n\n## Usage\n\n### [Read the docs →](https://a.example)\n\n## 🚀 Getting Started!', null],
    ['a heading that is a paragraph', `# ${'word '.repeat(60)}\n\n## Pebbles`, 'Pebbles'],
    ['no heading', 'Text.', null],
    ['front matter', '---\ntitle: Quokka\n---\n\n# Other', 'Quokka'],
  ])('Markdown: a document with %s has the right title', (_what, source, title) => {
    expect(readMarkdown(source).metadata.title).toBe(title);
  });
});
