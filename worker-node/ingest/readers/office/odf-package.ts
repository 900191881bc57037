/** Opens packages of OpenDocument 1.3: content, properties, and the styles that tell what paragraphs are. */
import { StageError } from '../../../../src/kernel/core/errors.ts';
import { type DocumentMetadata, EMPTY_METADATA } from '../../document.ts';
import { openZip } from '../../zip.ts';
import { languageTag } from '../normalise.ts';
import { child, descendants, elementsOf, textOf } from './elements.ts';
import { authorsOf, createdOn, declaredDescription, declaredTitle } from './properties.ts';
import { parseXml, type XmlElement } from './xml.ts';

export interface OdfPackage {
  /** `content.xml`. */
  readonly content: Uint8Array;
  /** Undefined for a part that is missing. */
  part(name: string): Uint8Array | undefined;
  metadata(): DocumentMetadata;
}

/** Throws a permanent StageError for an archive without content, or with a password; `kind` is what was expected. */
export function openOdf(bytes: Uint8Array, kind: string): OdfPackage {
  const { read } = openZip(bytes);
  const manifest = read('META-INF/manifest.xml');
  if (descendants(manifest && parseXml(manifest), 'manifest:encryption-data').length > 0)
    throw new StageError('permanent', 'The document is encrypted with a password. Remove the password and send it again');
  const content = read('content.xml');
  if (!content)
    throw new StageError('permanent', `The file is a ZIP archive, but no ${kind}: it has no content. Save the document again`);
  return {
    content,
    part: read,
    metadata() {
      const part = read('meta.xml');
      const meta = child(part && parseXml(part), 'office:meta');
      return meta ? metadataOf(meta) : EMPTY_METADATA;
    },
  };
}

function metadataOf(meta: XmlElement): DocumentMetadata {
  const values = new Map(elementsOf(meta).map((element) => [element.name, textOf(element)]));
  return {
    ...EMPTY_METADATA,
    title: declaredTitle(values.get('dc:title')),
    description: declaredDescription(values.get('dc:description')),
    authors: authorsOf([values.get('meta:initial-creator') ?? values.get('dc:creator')]),
    publishedAt: createdOn(values.get('meta:creation-date')),
    language: languageTag(values.get('dc:language')),
  };
}
