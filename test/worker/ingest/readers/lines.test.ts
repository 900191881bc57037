import { describe, expect, test } from 'vitest';
import { StageError } from '../../../../src/kernel/core/errors.ts';
import { definitionOf } from '../../../../src/kernel/model/format-lookup.ts';
import { SOURCE_LANGUAGES } from '../../../../worker-node/ingest/readers/source-languages.ts';
import { readAs } from '../../../support/kits/read-format.ts';

describe('notebooks', () => {
  const notebook = (cells: readonly object[], metadata: object = { language_info: { name: 'julia' } }) =>
    JSON.stringify({ cells, metadata, nbformat: 4, nbformat_minor: 5 });

  test('notebooks: Markdown cells have headings, code is fenced in the language, and what it printed follows', async () => {
    const { text, paths, metadata } = await readAs(
      'notebook',
      notebook([
        { cell_type: 'markdown', source: ['# Lamps\n', '\n', 'All about *oil*.'] },
        {
          cell_type: 'code',
          source: 'x = 1',
          outputs: [
            { output_type: 'stream', text: ['one\n', 'two\n'] },
            { output_type: 'display_data', data: { 'image/png': 'AAAA' } },
          ],
        },
        {
          cell_type: 'code',
          source: 'y',
          outputs: [{ output_type: 'error', ename: 'NameError', evalue: 'no y', traceback: [] }],
        },
      ]),
    );
    expect(metadata.title).toBe('Lamps');
    expect(paths).toEqual([['Lamps']]);
    for (const words of ['All about', 'x = 1', 'one\ntwo', 'NameError: no y']) expect(text).toContain(words);
    expect(text).not.toContain('AAAA');
  });

  test('notebooks: an open fence ends with its cell, and long output is cut at a line', async () => {
    const { text, paths } = await readAs(
      'notebook',
      notebook([
        { cell_type: 'markdown', source: '```\nopen' },
        { cell_type: 'markdown', source: '# After' },
        { cell_type: 'code', source: 'z', outputs: [{ text: 'row of words\n'.repeat(500) }] },
      ]),
    );
    expect(paths.at(-1)).toEqual(['After']);
    expect(text.length).toBeLessThan(1_300);
    expect(text).toContain('…');
  });

  test('notebooks: cells of version 3 are found in worksheets', async () => {
    const source = JSON.stringify({
      nbformat: 3,
      worksheets: [
        {
          cells: [
            { cell_type: 'heading', level: 2, source: 'Old' },
            { cell_type: 'code', input: 'print 1' },
          ],
        },
      ],
    });
    const { text, paths } = await readAs('notebook', source);
    expect(paths).toEqual([['Old']]);
    expect(text).toContain('print 1');
  });

  test.each(['{}', '[1]', '{"cells": 1}', 'no json'])('notebooks: %s is refused with what to do', async (source) => {
    const reading = readAs('notebook', source);
    await expect(reading).rejects.toThrow(StageError);
    await expect(reading).rejects.toThrow(/list of cells\. Save it again/);
  });
});

describe('subtitles', () => {
  test('subtitles: SubRip cues are joined without times and tags, and a pause ends a paragraph', async () => {
    const { text } = await readAs(
      'subtitles',
      '\ufeff1\r\n00:00:01,000 --> 00:00:02,000\r\n<i>The lamp</i>\r\n{\\an8}burns\r\n\r\n2\r\n00:00:02,100 --> 00:00:04,000\r\nall night.\r\n\r\n3\r\n00:01:00,000 --> 00:01:02,000\r\nMorning.\r\n',
    );
    expect(text).toBe('The lamp burns all night.\n\nMorning.');
  });

  test('subtitles: WebVTT names who speaks; notes, styles and repeated lines are left out', async () => {
    const { text } = await readAs(
      'subtitles',
      'WEBVTT\n\nNOTE hidden\n\nSTYLE\n::cue {}\n\nid-1\n00:01.000 --> 00:02.000 align:start\n<v Ada>Light it &amp; wait.\n\n00:02.000 --> 00:03.000\n<v Ada>Now.\n\n00:03.000 --> 00:04.000\n<v.loud Max>No!\n\n00:04.000 --> 00:05.000\n<v Max>No!\n',
    );
    expect(text).toBe('Ada: Light it & wait. Now.\n\nMax: No!');
  });
});

describe('calendars and address cards', () => {
  test('calendars: an event is a section with its times, people and text', async () => {
    const { text, paths, metadata } = await readAs(
      'calendar',
      'BEGIN:VCALENDAR\r\nX-WR-CALNAME:Tower\r\nBEGIN:VEVENT\r\nSUMMARY:Oil\\, again\r\nDTSTART;TZID=Europe/Berlin:20260301T083000\r\nDTEND:20260301T093000Z\r\nORGANIZER;CN="Ada B":mailto:ada@a.example\r\nDESCRIPTION:Bring the\r\n  can.\\nAnd a wick.\r\nUID:1\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n',
    );
    expect(metadata.title).toBe('Tower');
    expect(paths).toEqual([['Oil, again']]);
    expect(text).toContain(
      '- Start: 2026-03-01 08:30 Europe/Berlin\n- End: 2026-03-01 09:30 UTC\n- Organizer: Ada B (ada@a.example)',
    );
    expect(text).toContain('Bring the can.\nAnd a wick.');
  });

  test.each([
    ['the event', ['SUMMARY:Oil\\, again'], 'Oil, again'],
    ['the event that changes once', ['SUMMARY:Oil', 'SUMMARY:Oil'], 'Oil'],
    ['none of several', ['SUMMARY:Oil', 'SUMMARY:Wick'], null],
    ['none, where the event has no name', ['LOCATION:Tower'], null],
    ['none, where one of two has no name', ['SUMMARY:Oil', 'LOCATION:Tower'], null],
  ])('calendars: without a name of its own, the title is that of %s', async (_, lines, title) => {
    const events = lines.map((line) => `BEGIN:VEVENT\r\n${line}\r\nEND:VEVENT\r\n`).join('');
    const { metadata } = await readAs('calendar', `BEGIN:VCALENDAR\r\n${events}END:VCALENDAR\r\n`);
    expect(metadata.title).toBe(title);
  });

  test('address cards: a person is a section', async () => {
    const { text, paths } = await readAs(
      'calendar',
      'BEGIN:VCARD\nVERSION:4.0\nFN:Ada Byron\nORG:Tower;Lamps\nitem1.EMAIL;TYPE=work:ada@a.example\nPHOTO:data:xxxx\nEND:VCARD\n',
    );
    expect(paths).toEqual([['Ada Byron']]);
    expect(text).toContain('- Organization: Tower, Lamps\n- E-mail: ada@a.example');
    expect(text).not.toContain('xxxx');
  });
});

describe('patches and logs', () => {
  test('patches: the message is text, and each file a section with its changes', async () => {
    const { text, paths, metadata } = await readAs(
      'patch',
      'From: Ada\nSubject: [PATCH 1/2] Burn oil\n\nWhales are few.\n\ndiff --git a/lamp.c b/lamp.c\nindex 1..2\n--- a/lamp.c\n+++ b/lamp.c\n@@ -1 +1 @@\n-wax\n+oil\ndiff --git a/new.c b/new.c\n--- /dev/null\n+++ b/new.c\n@@ -0,0 +1 @@\n+x\n',
    );
    expect(metadata.title).toBe('Burn oil');
    expect(paths).toEqual([[], ['lamp.c'], ['new.c']]);
    expect(text).toContain('```diff\ndiff --git a/lamp.c b/lamp.c\n');
    expect((await readAs('patch', '--- a.txt\t2026\n+++ b.txt\n@@ -1 +1 @@\n-a\n+b\n')).paths).toEqual([['a.txt']]);
  });

  test('logs: lines stay as they are, without colours', async () => {
    const log = '2026-03-01 08:00:00 INFO lamp lit\n  at tower\n\n\u001b[31m2026-03-01 08:00:01 WARN oil low\u001b[0m\n';
    expect((await readAs('log', log)).text).toBe(
      '```\n2026-03-01 08:00:00 INFO lamp lit\n  at tower\n\n2026-03-01 08:00:01 WARN oil low\n```',
    );
  });
});

describe('program code', () => {
  test('program code: the registry and the table of languages name the same extensions', () => {
    expect([...definitionOf('code').extensions].sort()).toEqual(SOURCE_LANGUAGES.flatMap(({ extensions }) => extensions).sort());
  });

  test('program code: docstrings of Python are text, and symbols are headings', async () => {
    const { text, paths } = await readAs(
      'code',
      '#!/usr/bin/env python3\n"""Lights lamps."""\nimport os\n\n\nclass Lamp:\n    """A lamp.\n\n    It burns.\n    """\n\n    @property\n    def oil(self, kind: str) -> int:\n        """How much\n        oil is left."""\n        return 1\n\n\nasync def light(lamp):\n    # first\n    a = 1\n    b = 2\n    return a\n',
      { filename: 'lamps.py' },
    );
    expect(paths).toEqual([[], ['class Lamp'], ['class Lamp', 'def oil'], ['def light']]);
    expect(text).toMatch(/^Lights lamps\.\n\n```python\n/);
    expect(text).toContain('A lamp.\n\nIt burns.\n\n```python\nclass Lamp:');
    expect(text).toContain('How much oil is left.\n\n```python\n    @property');
    expect(text.match(/How much/g)).toHaveLength(1);
  });

  test.each([
    [
      'lamp.ts',
      '/** Lights it. */\nexport async function light(lamp: Lamp): Promise<void> {\n  x();\n}\n',
      'function light',
      'Lights it.',
    ],
    ['lamp.js', '// Lights it.\nexport const light = (lamp) => {\n  x();\n};\n', 'light', 'Lights it.'],
    ['Lamp.java', '/**\n * Lights it.\n */\npublic final class Lamp {\n  int x;\n}\n', 'class Lamp', 'Lights it.'],
    ['lamp.go', '// Light lights it.\nfunc (l *Lamp) Light() error {\n\treturn nil\n}\n', 'Light', 'Light lights it.'],
    ['lamp.rs', '/// Lights it.\npub(crate) fn light(l: &Lamp) -> bool {\n    true\n}\n', 'fn light', 'Lights it.'],
    ['lamp.c', '/* Lights it. */\nstatic int light(struct lamp *l)\n{\n  return 1;\n}\n', 'light', 'Lights it.'],
    ['lamp.rb', '# Lights it.\ndef light?(lamp)\n  true\nend\n', 'def light?', 'Lights it.'],
    ['lamp.sh', '# Lights it.\nlight() {\n  echo on\n}\n', 'light', 'Lights it.'],
    ['lamp.sql', '-- Lamps.\nCREATE TABLE IF NOT EXISTS "lamps" (\n  id int\n);\n', 'table lamps', 'Lamps.'],
    ['lamp.php', '<?php\n\n/** Lights it. */\nabstract class Lamp {\n  public $x;\n}\n', 'class Lamp', 'Lights it.'],
  ])('program code: in %s the declaration is a heading and its comment text', async (filename, source, heading, comment) => {
    const { paths, text } = await readAs('code', source, { filename });
    expect(paths.at(-1)).toEqual([heading]);
    expect(text).toContain(`${comment}\n\n\`\`\``);
  });

  test.each([
    '# -*- coding: utf-8 -*-',
    '# coding: utf-8',
    '#!/usr/bin/python\n# vim: set fileencoding=utf-8 :',
    '# fileencoding=latin-1',
  ])('program code: the line %j for programs is no text', async (head) => {
    const { text } = await readAs('code', `${head}\n# Coding: how the lamps are lit.\n\nlight = 1\n`, { filename: 'a.py' });
    expect(text).toMatch(/^Coding: how the lamps are lit\.\n\n```python\n/);
  });

  test('program code: a call is no declaration, and a comment inside a function stays in the code', async () => {
    const { paths, text } = await readAs(
      'code',
      'start();\nif (x) {\n  go();\n  go();\n  go();\n}\nfunction f() {\n  // inside\n  a();\n  b();\n  return c;\n}\n',
      { filename: 'a.js' },
    );
    expect(paths).toEqual([[], ['function f']]);
    expect(text).toContain('  // inside\n  a();');
  });
});
