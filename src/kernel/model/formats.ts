/**
 * The document formats that Pharos reads: the only list. Every way to send a document, the worker and the command line use it.
 * A new format is an entry here and a reader in `worker-node/ingest/readers/`. `text` takes what is text and nothing else here.
 */
import { defineFormats } from './format-definition.ts';

export const FORMATS = defineFormats({
  html: {
    label: 'HTML',
    mediaType: 'text/html',
    aliases: ['application/xhtml+xml'],
    extensions: ['html', 'htm', 'xhtml', 'xhtm'],
    bytes: 'text',
    maxMegabytes: 50,
    accept: 'text/html,application/xhtml+xml;q=0.9',
    looksLike: /^\s*(?:<!--[\s\S]*?-->\s*)?<(?:!doctype html|html|head|body)\b/i,
  },
  markdown: {
    label: 'Markdown',
    mediaType: 'text/markdown',
    aliases: ['text/x-markdown'],
    extensions: ['md', 'markdown', 'mdown', 'mkd'],
    bytes: 'text',
    maxMegabytes: 50,
    accept: 'text/markdown;q=0.9',
  },
  text: {
    label: 'plain text',
    mediaType: 'text/plain',
    aliases: [],
    extensions: ['txt', 'text'],
    bytes: 'text',
    maxMegabytes: 50,
    accept: 'text/plain;q=0.8',
  },
});

export type Format = keyof typeof FORMATS;
