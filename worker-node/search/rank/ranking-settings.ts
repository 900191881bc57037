/** What ranking knows of a model. docs/search.md has the measurements that the numbers come from. */
import { knownCalibration } from '../../analysis/calibration.ts';
import type { RelevanceModel } from './relevance.ts';

export interface RankingSettings {
  /**
   * How much a chunk's length counts against its words (BM25's `b`). Chunks have at most about 200 words, so that length says
   * less of them than of whole documents.
   */
  readonly lengths: number;
  /** The part of words in a hybrid ranking; the rest is meaning's. */
  readonly words: number;
  /** The question is moved by `share` towards the best passages of so many documents, ranked by words or by both. */
  readonly feedback: { readonly by: 'words' | 'both'; readonly documents: number; readonly share: number };
  /** The cosine below which a passage that shares no word with the question is none of its hits. */
  readonly floor: number;
  readonly relevance: RelevanceModel;
}

const SETTINGS: Readonly<Record<string, RankingSettings>> = {
  'all-MiniLM-L6-v2': {
    lengths: 0.6,
    words: 0.3,
    feedback: { by: 'both', documents: 2, share: 0.25 },
    floor: 0.25,
    relevance: {
      hybrid: { constant: -2.33, nearest: 3.83, coverage: 0, behind: 0.87 },
      semantic: { constant: -3.6, nearness: 6.75, nearest: -1.29 },
    },
  },
  'pharos-static-192': {
    lengths: 0.75,
    words: 0.4,
    feedback: { by: 'words', documents: 5, share: 0.6 },
    floor: 0.3,
    relevance: {
      hybrid: { constant: -2.45, nearest: 2.35, coverage: 1.35, behind: 0.84 },
      semantic: { constant: -3.33, nearness: 6.29, nearest: -2.23 },
    },
  },
};

const DEFAULT = SETTINGS['all-MiniLM-L6-v2'] as RankingSettings;

/** By the basename of the model's folder, which its id (`organisation/name:precision@digest`) contains. */
export function rankingSettingsOf(model: string): RankingSettings {
  const name = model
    .replace(/@[0-9a-f]*$/, '')
    .replace(/:[a-z0-9]*$/, '')
    .replace(/^.*\//, '');
  if (Object.hasOwn(SETTINGS, name)) return SETTINGS[name] as RankingSettings;
  return { ...DEFAULT, floor: knownCalibration(model)?.related ?? DEFAULT.floor };
}
