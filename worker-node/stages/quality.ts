/** The quality stage: measures an ingested document in six dimensions. */
import { setImmediate } from 'node:timers/promises';
import { StageError } from '../../src/kernel/core/errors.ts';
import type { Clock } from '../../src/kernel/core/ports.ts';
import { listHeadingPaths } from '../../src/kernel/db/chunks.ts';
import { listLinks } from '../../src/kernel/db/links.ts';
import type { Database } from '../../src/kernel/db/types.ts';
import { parseContentType } from '../../src/kernel/model/content-type.ts';
import { formatOfMediaType } from '../../src/kernel/model/format-lookup.ts';
import type { Format } from '../../src/kernel/model/formats.ts';
import { measureQuality } from '../analysis/quality/measure.ts';
import { STRUCTURE_SAMPLE } from '../analysis/quality/structure.ts';
import { checkWeights, DEFAULT_QUALITY_WEIGHTS, type QualityWeights } from '../analysis/quality/weights.ts';
import { plainOf, proseOfMarkdown } from '../analysis/text/markdown.ts';
import type { StageRunner } from '../pipeline/stage.ts';

/** Formats whose text is values and names. Such a document may be as it should be without a sentence in it. */
const DATA: ReadonlySet<Format> = new Set<Format>([
  'csv',
  'tsv',
  'json',
  'yaml',
  'toml',
  'settings',
  'xml',
  'xlsx',
  'ods',
  'calendar',
  'code',
  'patch',
  'log',
]);

function isData(mediaType: string | null): boolean {
  const format = formatOfMediaType(parseContentType(mediaType).mediaType);
  return format !== undefined && DATA.has(format);
}

/** Twice the longest sample that is measured, because marks and code are left out of it. */
const MEASURED_CHARACTERS = 2 * STRUCTURE_SAMPLE;

export interface QualityStageDependencies {
  readonly db: Database;
  readonly clock: Clock;
  readonly weights?: QualityWeights;
}

export function createQualityStage({ db, clock, weights = DEFAULT_QUALITY_WEIGHTS }: QualityStageDependencies): StageRunner {
  checkWeights(weights);

  return async function quality({ resource, text: readText, made: { document }, report }) {
    const { id, wordCount } = resource;
    const whole = await readText();
    if (whole === null || wordCount === null) throw new StageError('permanent', 'The document has no text to measure');
    const stored = whole.slice(0, MEASURED_CHARACTERS);
    const isMarkdown = resource.textFormat === 'markdown';
    const text = isMarkdown ? plainOf(stored) : stored;
    const prose = isData(resource.contentType) ? '' : isMarkdown ? proseOfMarkdown(stored) : stored;
    const headingPaths = document?.chunks.map(({ headingPath }) => headingPath) ?? (await listHeadingPaths(db, id));
    const links = document?.links ?? (await listLinks(db, id));
    const references = [...new Set(links.map(({ targetKey }) => targetKey))];
    report(30);
    // The event loop serves questions meanwhile.
    await setImmediate();
    const measured = measureQuality({ ...resource, text, prose, wordCount, headingPaths, references, now: clock.now() }, weights);
    return { fields: { quality: measured, qualityScore: measured.total } };
  };
}
