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
  pdf: {
    label: 'PDF',
    mediaType: 'application/pdf',
    aliases: ['application/x-pdf'],
    extensions: ['pdf'],
    bytes: 'binary',
    maxMegabytes: 50,
    accept: 'application/pdf;q=0.9',
    magic: [{ bytes: '%PDF-', before: 1_024 }],
  },
  epub: {
    label: 'EPUB',
    mediaType: 'application/epub+zip',
    aliases: [],
    extensions: ['epub'],
    bytes: 'binary',
    maxMegabytes: 50,
    zip: { mimetype: 'application/epub+zip', entry: 'META-INF/container.xml' },
  },
  rtf: {
    label: 'RTF',
    mediaType: 'application/rtf',
    aliases: ['text/rtf', 'application/x-rtf', 'text/richtext'],
    extensions: ['rtf'],
    bytes: 'binary',
    maxMegabytes: 50,
    magic: [{ bytes: '{\\rtf' }],
  },
  eml: {
    label: 'mail',
    mediaType: 'message/rfc822',
    aliases: ['message/global'],
    extensions: ['eml'],
    bytes: 'text',
    maxMegabytes: 50,
    looksLike: /^(?:Return-Path|Received|Delivered-To|X-Original-To|Message-ID|DKIM-Signature|ARC-Seal|MIME-Version):[ \t]/i,
    refines: 'text',
  },
  docx: {
    label: 'Word',
    mediaType: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
    aliases: [
      'application/vnd.openxmlformats-officedocument.wordprocessingml.template',
      'application/vnd.ms-word.document.macroenabled.12',
      'application/vnd.ms-word.template.macroenabled.12',
    ],
    extensions: ['docx', 'docm', 'dotx', 'dotm'],
    bytes: 'binary',
    maxMegabytes: 50,
    zip: { entry: 'word/' },
  },
  xlsx: {
    label: 'Excel',
    mediaType: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
    aliases: [
      'application/vnd.openxmlformats-officedocument.spreadsheetml.template',
      'application/vnd.ms-excel.sheet.macroenabled.12',
      'application/vnd.ms-excel.template.macroenabled.12',
    ],
    extensions: ['xlsx', 'xlsm', 'xltx', 'xltm'],
    bytes: 'binary',
    maxMegabytes: 50,
    zip: { entry: 'xl/' },
  },
  pptx: {
    label: 'PowerPoint',
    mediaType: 'application/vnd.openxmlformats-officedocument.presentationml.presentation',
    aliases: [
      'application/vnd.openxmlformats-officedocument.presentationml.slideshow',
      'application/vnd.openxmlformats-officedocument.presentationml.template',
      'application/vnd.ms-powerpoint.presentation.macroenabled.12',
      'application/vnd.ms-powerpoint.slideshow.macroenabled.12',
      'application/vnd.ms-powerpoint.template.macroenabled.12',
    ],
    extensions: ['pptx', 'pptm', 'ppsx', 'ppsm', 'potx', 'potm'],
    bytes: 'binary',
    maxMegabytes: 50,
    zip: { entry: 'ppt/' },
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
