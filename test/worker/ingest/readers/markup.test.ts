import { describe, expect, test } from 'vitest';
import { readAs } from '../../../support/kits/read-format.ts';

describe('reStructuredText', () => {
  test('reStructuredText: titles nest in the order of their styles, and fields of the document are metadata', async () => {
    const { paths, metadata } = await readAs(
      'rst',
      '====\nTop\n====\n\n:Author: Ada Byron\n:Date: 2026-03-01\n\nSub\n---\n\ntext\n\nSubsub\n~~~~~~\n\ntext\n\nNext\n----\n\ntext\n',
    );
    expect(paths).toEqual([['Top'], ['Top', 'Sub'], ['Top', 'Sub', 'Subsub'], ['Top', 'Next']]);
    expect(metadata).toMatchObject({ title: 'Top', authors: ['Ada Byron'], publishedAt: '2026-03-01' });
  });

  test('reStructuredText: roles, literals, emphasis, substitutions and links become text', async () => {
    const { text, links } = await readAs(
      'rst',
      'See :py:func:`~os.walk`, ``a*b``, **bold** and *light*, |lamp|, `the site <https://a.example/>`_, docs_ and :ref:`here <x-y>`.\n\n.. |lamp| replace:: the lamp\n.. _docs: https://b.example/\n',
    );
    expect(text).toBe('See os.walk, a*b, bold and light, the lamp, the site, docs and here.');
    expect(links).toEqual([
      ['the site', 'https://a.example/'],
      ['docs', 'https://b.example/'],
    ]);
  });

  test('reStructuredText: literal blocks, code blocks and doctests are fenced', async () => {
    const { text } = await readAs(
      'rst',
      'Run::\n\n    make *all*\n\n      now\n\n.. code-block:: python\n   :linenos:\n\n   x = 1\n\n>>> 1 + 1\n2\n\nEnd.\n',
    );
    expect(text).toBe('Run:\n\n```\nmake *all*\n\n  now\n```\n\n```python\nx = 1\n```\n\n```python\n>>> 1 + 1\n2\n```\n\nEnd.');
  });

  test('reStructuredText: lists nest, and directives give their words', async () => {
    const { text } = await readAs(
      'rst',
      '- one\n  more\n\n  - inner\n\n- two\n\n1. first\n2. second\n\n.. note:: Mind\n   the lamp.\n\n.. function:: light(lamp)\n\n   Lights it.\n\n.. a comment\n   of two lines\n\nterm\n   its definition\n',
    );
    expect(text).toContain('- one more\n  - inner\n- two\n');
    expect(text).toContain('1. first\n2. second');
    for (const words of ['Mind', 'the lamp.', 'light(lamp)', 'Lights it.', 'term', 'its definition'])
      expect(text).toContain(words);
    expect(text).not.toContain('comment');
  });

  test.each([
    [
      'grid',
      '+-----+-----+\n| a   | b   |\n+=====+=====+\n| 1   | 2 x |\n|     | y   |\n+-----+-----+\n| 3   | 4   |\n+-----+-----+\n',
    ],
    ['simple', '===  =====\na    b\n===  =====\n1    2 x y\n3    4\n===  =====\n'],
    ['list', '.. list-table::\n   :header-rows: 1\n\n   * - a\n     - b\n   * - 1\n     - 2 x\n       y\n   * - 3\n     - 4\n'],
    ['csv', '.. csv-table::\n   :header: a, b\n\n   1, "2 x y"\n   3, 4\n'],
  ])('reStructuredText: a %s table keeps rows and header', async (_kind, source) => {
    expect((await readAs('rst', source)).text).toBe('| a | b |\n| --- | --- |\n| 1 | 2 x y |\n| 3 | 4 |');
  });
});

describe('AsciiDoc', () => {
  test('AsciiDoc: title, authors, sections and attributes', async () => {
    const { text, paths, metadata } = await readAs(
      'asciidoc',
      '= Lamps\nAda Byron <ada@a.example>; Max Born\nv1.2, 2026-03-01\n:oil: whale oil\n\nBurns {oil}.\n\n== One\n\ntext\n\n=== Inner\n\ntext\n\nOld style\n---------\n\ntext\n',
    );
    expect(paths).toEqual([['Lamps'], ['Lamps', 'One'], ['Lamps', 'One', 'Inner'], ['Lamps', 'Old style']]);
    expect(metadata).toMatchObject({ title: 'Lamps', authors: ['Ada Byron', 'Max Born'], publishedAt: '2026-03-01' });
    expect(text).toContain('Burns whale oil.');
  });

  test('AsciiDoc: macros, links and emphasis become text', async () => {
    const { text, links } = await readAs(
      'asciidoc',
      'A *bold* and _light_ `mono` https://a.example/[site,window=_blank], link:https://b.example/x[*page*^], <<lamp,the lamp>>, image:x.png[a lamp], kbd:[Ctrl] and https://c.example/.\n',
    );
    expect(text).toBe('A bold and light mono site, page, the lamp, a lamp, Ctrl and https://c.example/.');
    expect(links).toEqual([
      ['site', 'https://a.example/'],
      ['page', 'https://b.example/x'],
      ['https://c.example/', 'https://c.example/'],
    ]);
  });

  test('AsciiDoc: listings keep their language, lists nest, and comments are left out', async () => {
    const { text } = await readAs(
      'asciidoc',
      '[source,ruby]\n----\nputs *1*\n----\n\n* one\n** inner\n* two\n\nTerm:: what it is\n\n////\nhidden\n////\n// hidden too\n\n====\nInside an example.\n====\n',
    );
    expect(text).toContain('```ruby\nputs *1*\n```');
    expect(text).toContain('- one\n  - inner\n- two');
    expect(text).toContain('Term: what it is');
    expect(text).toContain('Inside an example.');
    expect(text).not.toContain('hidden');
  });

  test('AsciiDoc: a table has as many columns as its first line or its specification', async () => {
    const first = await readAs('asciidoc', '|===\n|a |b\n\n|1 |2\n|3 |4\n|===\n');
    const declared = await readAs('asciidoc', '[cols="1,2",options="header"]\n|===\n|a\n|b\n|1\n|2\n|3\n|4\n|===\n');
    expect(first.text).toBe('| a | b |\n| --- | --- |\n| 1 | 2 |\n| 3 | 4 |');
    expect(declared.text).toBe(first.text);
  });
});

describe('Org', () => {
  test('Org: headlines, tags, drawers and keywords', async () => {
    const { text, paths, metadata } = await readAs(
      'org',
      '#+TITLE: Lamps\n#+AUTHOR: Ada\n#+DATE: <2026-03-01 Sun>\n* TODO [#A] Oil :shop:home:\n:PROPERTIES:\n:ID: 123\n:END:\nSCHEDULED: <2026-03-01>\nBuy *whale* oil,\nmuch of it.\n** Wick\ntext\n',
    );
    expect(paths).toEqual([['TODO Oil'], ['TODO Oil', 'Wick']]);
    expect(metadata).toMatchObject({ title: 'Lamps', authors: ['Ada'], publishedAt: '2026-03-01' });
    expect(text).toContain('Tags: shop, home');
    expect(text).toContain('Buy whale oil, much of it.');
    expect(text).not.toMatch(/123|SCHEDULED/);
  });

  test.each([
    ['* DONE [#A] Oil the lamp\n', 'Oil the lamp'],
    ['* TODO Oil\n', 'Oil'],
    ['* TODO\n', 'TODO'],
    ['* TODOs of the week\n', 'TODOs of the week'],
  ])('Org: %j has its headline without the state as title', async (headline, title) => {
    expect((await readAs('org', `${headline}text\n`)).metadata.title).toBe(title);
  });

  test('Org: blocks, tables, lists and links', async () => {
    const { text, links } = await readAs(
      'org',
      '#+begin_src python :results output\n  x = 1\n#+end_src\n\n| a | b |\n|---+---|\n| 1 | =2= |\n\n- [X] done\n  - inner\n1. one\n\nSee [[https://a.example/][the /site/]] and [[https://b.example/]].\n# comment\n',
    );
    expect(text).toContain('```python\nx = 1\n```');
    expect(text).toContain('| a | b |\n| --- | --- |\n| 1 | 2 |');
    expect(text).toContain('- [x] done\n');
    expect(text).not.toContain('comment');
    expect(links).toEqual([
      ['the site', 'https://a.example/'],
      ['https://b.example/', 'https://b.example/'],
    ]);
  });
});

describe('LaTeX', () => {
  test('LaTeX: title, authors and sections, without the preamble', async () => {
    const { text, paths, metadata } = await readAs(
      'latex',
      "\\documentclass[a4paper]{article}\n\\usepackage{x} % comment\n\\title{On \\emph{Lamps}}\\author{Ada Byron \\and Max Born}\\date{2026-03-01}\n\\begin{document}\\maketitle\n\\section{Oil}\\label{s}\nWhale~oil --- ``the best'' \\textbf{bold}\\footnote{A note.} \\cite{ada} $x^2$ M\\\"unchen, caf\\'{e}, 50\\%.\n\n\\subsection*{Wick}\nmore\n\\end{document}\nbehind\n",
    );
    expect(paths).toEqual([['On Lamps'], ['On Lamps', 'Oil'], ['On Lamps', 'Oil', 'Wick']]);
    expect(metadata).toMatchObject({ title: 'On Lamps', authors: ['Ada Byron', 'Max Born'], publishedAt: '2026-03-01' });
    expect(text).toContain('Whale oil — "the best" bold (A note.) [ada] $x^2$ München, café, 50%.');
    expect(text).not.toMatch(/usepackage|comment|behind/);
  });

  test.each([
    ['tabular', '{l|l}'],
    ['longtable*', '{|p{0.06\\linewidth}|l|}'],
    ['supertabular', '{ll}'],
    ['tblr', '{colspec={ll}}'],
    ['tabularx', '{\\textwidth}{lX}'],
    ['tabular*', '{5cm}[t]{ll}'],
  ])('LaTeX: a table of %s begins behind its columns, with a first cell in braces', async (name, columns) => {
    const { text } = await readAs(
      'latex',
      `Before.\n\n\\begin{${name}}${columns}\n\\textbf{Lamp} & Oil \\\\ \\hline\n1 & 2 \\\\\n\\end{${name}}\n`,
    );
    expect(text).toBe('Before.\n\n| Lamp | Oil |\n| --- | --- |\n| 1 | 2 |');
  });

  test('LaTeX: lists, tables, code, formulas and links', async () => {
    const { text, links } = await readAs(
      'latex',
      '\\begin{itemize}\\item one\\begin{enumerate}\\item inner\\end{enumerate}\\item two\\end{itemize}\n\\begin{description}\\item[Lamp] lights\\end{description}\n\\begin{tabular}{l|r}a & b \\\\ \\hline 1 & 2 \\\\ \\end{tabular}\n\\begin{verbatim}\n\\raw{%}\n\\end{verbatim}\n\\begin{equation}a = b\\end{equation}\nSee \\href{https://a.example/x\\#y}{the site} and \\url{https://b.example/}.\n',
    );
    expect(text).toContain('- one\n  1. inner\n- two');
    expect(text).toContain('Lamp: lights');
    expect(text).toContain('| a | b |\n| --- | --- |\n| 1 | 2 |');
    expect(text).toContain('```\n\\raw{%}\n```');
    expect(text).toContain('a = b');
    expect(links).toEqual([
      ['the site', 'https://a.example/x#y'],
      ['https://b.example/', 'https://b.example/'],
    ]);
  });
});

describe('manual pages', () => {
  test('manual pages: sections, terms, fonts and examples of man', async () => {
    const { text, paths, metadata } = await readAs(
      'man',
      '.\\" comment\n.TH LAMP 1 "March 2026"\n.SH NAME\nlamp \\- light a \\fBlamp\\fR\n.SH "SEE MORE"\n.TP\n.BR \\-o ", " \\-\\-oil\nUse\n.I oil\nonly.\n.PP\nText\\(emmore.\n.nf\nlamp  -o\n.fi\n.de XX\n.B hidden\n..\n',
    );
    expect(metadata.title).toBe('lamp(1)');
    expect(paths).toEqual([['NAME'], ['SEE MORE']]);
    expect(text).toContain('lamp - light a lamp');
    expect(text).toContain('- -o, --oil: Use oil only.');
    expect(text).toContain('Text—more.\n\n```\nlamp  -o\n```');
    expect(text).not.toMatch(/hidden|comment/);
  });

  test('manual pages: macros of mdoc, whose name stands for itself', async () => {
    const { text } = await readAs(
      'man',
      '.Dd March 1, 2026\n.Dt LAMP 8\n.Sh NAME\n.Nm lamp\n.Nd light it\n.Sh DESCRIPTION\nThe\n.Nm\nburns\n.Ar oil ,\nsee\n.Xr wick 1 .\n.Bl -tag\n.It Fl o Ar file\nWrites.\n.El\n',
    );
    expect(text).toContain('lamp – light it');
    expect(text).toContain('The lamp burns oil, see wick(1).');
    expect(text).toContain('- -o file: Writes.');
  });

  test('manual pages: a table of tbl is a table', async () => {
    const { text } = await readAs('man', '.TH X 1\n.SH A\n.TS\ntab(@);\nl l.\na@b\nT{\nlong\ncell\nT}@2\n.TE\n');
    expect(text).toContain('| a | b |\n| --- | --- |\n| long cell | 2 |');
  });

  test('manual pages: another text under such a name is plain text', async () => {
    expect((await readAs('man', 'Version 1.2\n\n.NET is a platform.\n')).text).toBe('Version 1.2\n\n.NET is a platform.');
  });
});
