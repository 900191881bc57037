/** Reads JSON, NDJSON and JSON Feed. What no parser takes is kept as it is. */
import { createSectionBuilder, EMPTY_METADATA, type ParsedDocument } from '../document.ts';
import { writeData } from './data-outline.ts';
import { type DataNode, memberOf, memberText } from './data-tree.ts';
import { decodeInput } from './decode-input.ts';
import { isJsonFeed, readJsonFeed } from './json-feed.ts';
import { parseJson } from './json-tree.ts';
import { removeControlCharacters } from './normalise.ts';
import type { Reader } from './reader.ts';
import { readVerbatim } from './verbatim.ts';

export const read: Reader = (input) => readJson(decodeInput(input), input.url);

export function readJson(source: string, url: string | null = null): ParsedDocument {
  const values = parseJson(removeControlCharacters(source));
  if (values === null) return readVerbatim(source, 'json');
  const [only] = values;
  if (values.length === 1 && only && isJsonFeed(only)) return readJsonFeed(only, url);
  return outlineOf(values.length === 1 && only ? only : { kind: 'list', items: values });
}

/** The outline of a tree. Its title and description are those that it gives itself, as OpenAPI and JSON Schema do; the name is that of a package or a workflow. */
export function outlineOf(root: DataNode): ParsedDocument {
  const sections = createSectionBuilder();
  writeData(sections, root);
  const info = memberOf(root, 'info');
  return {
    sections: sections.finish(),
    metadata: {
      ...EMPTY_METADATA,
      title: memberText(root, 'title') ?? memberText(info, 'title') ?? memberText(root, 'name'),
      description: memberText(root, 'description') ?? memberText(info, 'description'),
    },
  };
}
