import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parseContentType } from '../../../src/kernel/model/content-type.ts';
import type { FormatDefinition } from '../../../src/kernel/model/format-definition.ts';
import { ACCEPT, formatOfFilename, formatOfMediaType, SUPPORTED_FORMATS } from '../../../src/kernel/model/format-lookup.ts';
import { FORMATS, type Format } from '../../../src/kernel/model/formats.ts';

const formats = Object.entries(FORMATS) as [Format, FormatDefinition][];

describe('formats', () => {
  test.each(formats)('formats: %s is found by its media types and its extensions', (name, { mediaType, aliases, extensions }) => {
    for (const type of [mediaType, ...aliases]) expect(formatOfMediaType(type)).toBe(name);
    for (const extension of extensions) {
      expect(formatOfFilename(`notes.${extension}`)).toBe(name);
      expect(formatOfFilename(`/path/NOTES.${extension.toUpperCase()}`)).toBe(name);
    }
  });

  test('formats: no media type or extension belongs to two formats', () => {
    const keys = formats.flatMap(([, { mediaType, aliases, extensions }]) => [mediaType, ...aliases, ...extensions]);
    expect(new Set(keys).size).toBe(keys.length);
  });

  test('formats: a format that refines another refines one of the list', () => {
    for (const [, { refines }] of formats) if (refines !== undefined) expect(Object.keys(FORMATS)).toContain(refines);
  });

  test('formats: an unknown media type or extension has no format', () => {
    expect(formatOfMediaType('application/x-unknown')).toBeUndefined();
    expect(formatOfMediaType('')).toBeUndefined();
    for (const name of ['', 'notes', 'notes.unknown', 'md', 'notes.md.lock']) expect(formatOfFilename(name)).toBeUndefined();
  });

  test.each(formats)('formats: docs/formats.md names %s with its media type and extensions', (_name, {
    label,
    mediaType,
    extensions,
  }) => {
    const row = readFileSync('docs/formats.md', 'utf8')
      .split('\n')
      .find((line) => line.startsWith(`| ${label} | \`${mediaType}\` |`));
    for (const extension of extensions) expect(row).toContain(`\`${extension}\``);
  });

  test('formats: messages and the Accept header list the formats', () => {
    expect(SUPPORTED_FORMATS).toMatch(/^HTML, Markdown(?:, .*)? and .+$/);
    expect(ACCEPT).toMatch(/^text\/html,application\/xhtml\+xml;q=0\.9,text\/markdown;q=0\.9,.*\*\/\*;q=0\.1$/);
  });
});

describe('parseContentType', () => {
  test.each([
    [null, '', null],
    ['', '', null],
    ['text/html', 'text/html', null],
    [' Text/HTML ; Charset="UTF-8"', 'text/html', 'utf-8'],
    ['text/plain; format=flowed; charset=iso-8859-1', 'text/plain', 'iso-8859-1'],
    ['text/plain; charset=', 'text/plain', null],
    ['text/plain; charset=a b', 'text/plain', null],
  ])('parseContentType: %j has media type %j and charset %j', (header, mediaType, charset) => {
    expect(parseContentType(header)).toEqual({ mediaType, charset });
  });
});
