/** What the worker and its search threads say to each other. */
import type { AppErrorOptions, ErrorCode } from '../../src/kernel/core/errors.ts';
import type {
  NeighboursAnswer,
  NeighboursRequest,
  SearchAnswer,
  SearchRequest,
  SuggestAnswer,
  SuggestRequest,
} from '../../src/kernel/search/search-request.ts';
import type { LibrarySize } from './libraries/library.ts';

export interface EmbeddedQuestion {
  /** Whose vector it is. */
  readonly model: string;
  readonly vector: Float32Array;
}

/** What can be asked of a library: by its name the request, and the answer. */
export interface Questions {
  /** `embedded` is null where the question has no text to embed, or no model can be asked. */
  readonly search: {
    readonly request: SearchRequest & { readonly embedded: EmbeddedQuestion | null };
    readonly answer: SearchAnswer;
  };
  readonly suggest: { readonly request: SuggestRequest; readonly answer: SuggestAnswer };
  readonly neighbours: { readonly request: NeighboursRequest; readonly answer: NeighboursAnswer };
}
export type QuestionKind = keyof Questions;

export type Question = { [K in QuestionKind]: { readonly kind: K; readonly request: Questions[K]['request'] } }[QuestionKind];

export type Outcome =
  | { readonly kind: 'answered'; readonly answer: Questions[QuestionKind]['answer'] }
  /** The library's vectors are of this model, and the question's of another. */
  | { readonly kind: 'other_model'; readonly model: string }
  /** An AppError. */
  | { readonly kind: 'refused'; readonly code: ErrorCode; readonly detail: string; readonly options: RefusalOptions }
  /** An error that nothing is known about. */
  | { readonly kind: 'failed'; readonly message: string };
export type RefusalOptions = Pick<AppErrorOptions, 'errors' | 'retryAfter'>;

export type ToThread =
  /** A question that is late is not answered. `expiresAt` is Unix time in milliseconds. */
  | { readonly kind: 'ask'; readonly id: number; readonly question: Question; readonly expiresAt: number }
  /** Answers `embed`; null: it cannot be embedded. */
  | { readonly kind: 'embedded'; readonly id: number; readonly vector: Float32Array | null }
  | { readonly kind: 'evict'; readonly ownerId: string }
  /** Write what has to be kept, and end. */
  | { readonly kind: 'close' };

export type FromThread =
  | { readonly kind: 'answer'; readonly id: number; readonly outcome: Outcome }
  /** Embed a question whose spelling was corrected. */
  | { readonly kind: 'embed'; readonly id: number; readonly model: string; readonly text: string }
  /** What a library holds has changed; no bytes: it has left the memory. */
  | { readonly kind: 'size'; readonly ownerId: string; readonly size: LibrarySize };
