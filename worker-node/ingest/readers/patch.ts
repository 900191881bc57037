/** Reads patches: the message before them is prose, and each file is a section with its changes as they are. */
import { createSectionBuilder, EMPTY_METADATA, type ParsedDocument } from '../document.ts';
import { code, prose } from './blocks.ts';
import { decodeInput } from './decode-input.ts';
import { removeControlCharacters } from './normalise.ts';
import type { Reader } from './reader.ts';

export const read: Reader = (input) => readPatch(decodeInput(input));

const FILE = /^(?:diff --git a\/(\S.*) b\/\S|Index: (\S.*)|--- (?:a\/)?([^\t]+))/;
const SUBJECT = /^(?:Subject|Description): (?:\[PATCH[^\]]{0,50}\] )?(.*)$/;

/** The title is the subject of a mail with a patch. */
export function readPatch(source: string): ParsedDocument {
  const sections = createSectionBuilder();
  const lines = removeControlCharacters(source).replace(/\r\n?/g, '\n').split('\n');
  let title: string | null = null;
  let changes: string[] | null = null;
  let message: string[] = [];
  let hunkSeen = false;

  function flush(): void {
    if (changes) sections.paragraph(code(changes.join('\n'), 'diff'));
    else for (const block of message.join('\n').split(/\n\s*\n/)) sections.paragraph(prose(block));
    message = [];
  }

  for (const [index, line] of lines.entries()) {
    const file = FILE.exec(line);
    const name = file?.[1] ?? file?.[2] ?? file?.[3];
    // `---` and `Index:` stand below `diff --git` too.
    const begins = name !== undefined && (line.startsWith('diff') || changes === null || hunkSeen);
    if (begins && (!line.startsWith('---') || lines[index + 1]?.startsWith('+++'))) {
      flush();
      sections.heading(1, prose(nameOfFile(name.trim(), lines[index + 1] ?? '')));
      changes = [line];
      hunkSeen = false;
    } else if (changes) {
      if (line.startsWith('@@')) hunkSeen = true;
      changes.push(line);
    } else {
      title ??= SUBJECT.exec(line)?.[1]?.trim() ?? null;
      message.push(line);
    }
  }
  flush();
  return { sections: sections.finish(), metadata: { ...EMPTY_METADATA, title } };
}

/** A new file has `/dev/null` as its old name. */
const nameOfFile = (name: string, next: string) =>
  name === '/dev/null' ? (/^\+\+\+ (?:b\/)?([^\t]+)/.exec(next)?.[1] ?? name) : name;
