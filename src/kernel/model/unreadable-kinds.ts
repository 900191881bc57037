/** Kinds of files that hold no text that Pharos reads, by their first bytes, and what a person can do instead. */
import type { Magic } from './format-definition.ts';

export interface UnreadableKind {
  /** With its article, for a message. */
  readonly label: string;
  readonly advice: string;
  readonly magic: readonly Magic[];
  /** A later version may read it, or something that begins alike: a client of this one leaves the decision to the server. */
  readonly mayBecomeReadable?: true;
}

const UNPACK = 'unpack it and send the documents in it';
const DESCRIBE = 'send its text, which a program for text recognition (OCR) makes of a scan';
const TRANSCRIBE = 'send a transcript of it as text';

const startingWith = (...starts: string[]): Magic[] => starts.map((bytes) => ({ bytes }));
const image = (name: string, magic: readonly Magic[]): UnreadableKind => ({ label: `${name} image`, advice: DESCRIBE, magic });
const archive = (name: string, magic: readonly Magic[]): UnreadableKind => ({ label: `${name} archive`, advice: UNPACK, magic });

export const UNREADABLE_KINDS: readonly UnreadableKind[] = [
  { ...archive('a ZIP', startingWith('PK\x03\x04', 'PK\x05\x06', 'PK\x07\x08')), mayBecomeReadable: true },
  {
    label: 'an Office document of before 2007, one with a password, or an Outlook message',
    advice: 'save it without a password as DOCX, XLSX, PPTX or PDF, a message as EML, and send that',
    magic: startingWith('\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1'),
    mayBecomeReadable: true,
  },
  image('a PNG', startingWith('\x89PNG\r\n\x1a\n', '\x89PNG')),
  image('a GIF', startingWith('GIF87a', 'GIF89a')),
  image('a JPEG', startingWith('\xff\xd8\xff')),
  image('a WebP', [{ bytes: 'WEBP', offset: 8 }]),
  image('a TIFF', startingWith('II*\0', 'MM\0*')),
  image('a HEIC or AVIF', [
    { bytes: 'ftypheic', offset: 4 },
    { bytes: 'ftypmif1', offset: 4 },
    { bytes: 'ftypavif', offset: 4 },
  ]),
  // Two letters tell little.
  { ...image('a BMP', startingWith('BM')), mayBecomeReadable: true },
  {
    label: 'an audio file',
    advice: TRANSCRIBE,
    magic: [{ bytes: 'WAVE', offset: 8 }, ...startingWith('ID3', 'fLaC', '\xff\xfb')],
  },
  {
    label: 'an audio or video file',
    advice: TRANSCRIBE,
    magic: [{ bytes: 'ftyp', offset: 4 }, ...startingWith('OggS', '\x1aE\xdf\xa3', '\0\0\x01\xba')],
  },
  archive('a zstd', startingWith('\x28\xb5\x2f\xfd')),
  archive('an xz', startingWith('\xfd7zXZ\0')),
  archive('a bzip2', startingWith('BZh')),
  archive('a 7z', startingWith('7z\xbc\xaf\x27\x1c')),
  archive('a RAR', startingWith('Rar!\x1a')),
  archive('a tar', [{ bytes: 'ustar', offset: 257 }]),
  {
    label: 'a program',
    advice: 'send its documentation or its source code',
    magic: startingWith('\x7fELF', 'MZ', '\xca\xfe\xba\xbe', '\xcf\xfa\xed\xfe', '\0asm'),
  },
  { label: 'a SQLite database', advice: 'export its tables as CSV and send those', magic: startingWith('SQLite format 3\0') },
];
