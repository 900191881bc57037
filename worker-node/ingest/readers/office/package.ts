/** Opens OOXML packages (ECMA-376 part 2): the main part, the relationships of parts, and the core properties. */
import { StageError } from '../../../../src/kernel/core/errors.ts';
import { type DocumentMetadata, EMPTY_METADATA } from '../../document.ts';
import { entryName, openZip, type ZipArchive } from '../../zip.ts';
import { languageTag } from '../normalise.ts';
import { childrenNamed, elementsOf, textOf } from './elements.ts';
import { authorsOf, createdOn, declaredDescription, declaredTitle } from './properties.ts';
import { parseXml, type XmlElement } from './xml.ts';

export interface Relationship {
  readonly id: string;
  /** The last part of the type's URI, which the transitional and the strict form share: `hyperlink`, `styles`. */
  readonly type: string;
  /** The name of a part, or a URL where `external`. */
  readonly target: string;
  readonly external: boolean;
}

export interface OfficePackage {
  /** The name of the main part. */
  readonly main: string;
  /** Undefined for a part that is missing. */
  part(name: string): Uint8Array | undefined;
  relationships(part: string): readonly Relationship[];
  /** The first part of a type that `part` relates to. */
  related(part: string, type: string): { readonly name: string; readonly bytes: Uint8Array } | undefined;
  metadata(): DocumentMetadata;
}

/** Throws a permanent StageError for an archive without a main part; `kind` is what was expected. */
export function openPackage(bytes: Uint8Array, kind: string): OfficePackage {
  const archive = openZip(bytes);
  const main = relationshipsOf(archive, '').find(({ type, external }) => type === 'officeDocument' && !external)?.target;
  if (main === undefined || !archive.names.some((name) => name.toLowerCase() === main.toLowerCase()))
    throw new StageError('permanent', `The file is a ZIP archive, but no ${kind}: it has no main part. Save the document again`);
  const known = new Map<string, readonly Relationship[]>();

  function relationships(part: string): readonly Relationship[] {
    const found = known.get(part) ?? relationshipsOf(archive, part);
    known.set(part, found);
    return found;
  }

  return {
    main,
    part: archive.read,
    relationships,
    related(part, wanted) {
      for (const { type, target, external } of relationships(part)) {
        const found = type === wanted && !external ? archive.read(target) : undefined;
        if (found) return { name: target, bytes: found };
      }
      return undefined;
    },
    metadata() {
      const target = relationshipsOf(archive, '').find(({ type }) => type === 'core-properties');
      const core = archive.read(target?.target ?? 'docProps/core.xml');
      const root = core && parseXml(core);
      return root ? coreProperties(root) : EMPTY_METADATA;
    },
  };
}

/** Those of the package itself where `part` is empty. */
function relationshipsOf(archive: ZipArchive, part: string): Relationship[] {
  const slash = part.lastIndexOf('/') + 1;
  const bytes = archive.read(`${part.slice(0, slash)}_rels/${part.slice(slash)}.rels`);
  const root = bytes && parseXml(bytes);
  return childrenNamed(root, 'rel:Relationship').flatMap(({ attributes }): Relationship[] => {
    const { Id: id = '', Type = '', Target = '', TargetMode } = attributes;
    const type = Type.slice(Type.lastIndexOf('/') + 1);
    if (TargetMode === 'External') return [{ id, type, target: Target, external: true }];
    const target = entryName(part, Target);
    return target === undefined ? [] : [{ id, type, target, external: false }];
  });
}

function coreProperties(root: XmlElement): DocumentMetadata {
  const values = new Map(elementsOf(root).map((element) => [element.name, textOf(element)]));
  return {
    ...EMPTY_METADATA,
    title: declaredTitle(values.get('dc:title')),
    description: declaredDescription(values.get('dc:description')),
    authors: authorsOf([values.get('dc:creator')]),
    publishedAt: createdOn(values.get('dcterms:created')),
    language: languageTag(values.get('dc:language')),
  };
}
