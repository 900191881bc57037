/** A document that was found: its title, what it is, its best passage, and why it was found. */
import { useState } from 'preact/hooks';
import type { SearchHit } from '../../../../clients/typescript/src/index.ts';
import { categoryPath } from '../../api/taxonomy.ts';
import { Score } from '../../parts/bar.tsx';
import { type Excerpt, excerptOf, firstSentence, plainText } from '../../parts/excerpt.ts';
import { Marked } from '../../parts/mark.tsx';
import { joinBlanks, type TextRange } from '../../parts/ranges.ts';
import { type Why, WhyFound } from '../../parts/why-found.tsx';
import { dayOf, languageName, typeName } from '../../texts/names.ts';
import { search as texts } from '../../texts/search.ts';

type Passage = SearchHit['passages'][number];

/** Where a hit leads: the document at its passage, with the way back to these results. */
export function addressOfHit(hit: SearchHit, query: URLSearchParams, chunk: string = hit.chunk.id): string {
  return `/app/documents/${encodeURIComponent(hit.resource_id)}?${new URLSearchParams([['chunk', chunk], ...query])}`;
}

/** By its places in the lists by words and by meaning. */
function whyOf({ keyword_rank: words, semantic_rank: meaning }: SearchHit): Why {
  if (words !== undefined && meaning !== undefined) return 'both';
  return meaning === undefined ? 'words' : 'meaning';
}

interface Props {
  readonly hit: SearchHit;
  readonly query: URLSearchParams;
  readonly onOpen: () => void;
}

export function HitRow({ hit, query, onOpen }: Props) {
  const [all, setAll] = useState(false);
  const why = whyOf(hit);
  const type = typeName(hit.type);
  const others = hit.passages.slice(1);
  return (
    <li class="hit">
      <div>
        <h2 class="hit__title" lang={hit.language} dir="auto">
          <a href={addressOfHit(hit, query)} onClick={onOpen}>
            <Marked text={hit.title} ranges={joinBlanks(hit.title, hit.title_highlights as unknown as TextRange[])} />
          </a>
        </h2>
        <p class="hit__meta dots">
          {type !== undefined && <span class="kind">{type}</span>}
          {hit.category !== undefined && <span>{categoryPath(hit.category)}</span>}
          <time class="num" dateTime={hit.created_at}>
            {dayOf(hit.created_at)}
          </time>
          {hit.language !== undefined && <span>{languageName(hit.language)}</span>}
        </p>
        <PassageText passage={hit.passages[0]} by={why} language={hit.language} />
        {all &&
          others.map((passage) => <PassageText key={passage.chunk.id} passage={passage} by={why} language={hit.language} />)}
        {others.length > 0 && (
          <button class="link hit__more" type="button" aria-expanded={all} onClick={() => setAll(!all)}>
            {all ? texts.fewerPassages : texts.morePassages(others.length)}
          </button>
        )}
      </div>
      <div class="hit__side">
        <WhyFound by={why} />
        <Score value={hit.score} label={texts.score} />
      </div>
    </li>
  );
}

interface PassageProps {
  readonly passage: Passage | undefined;
  readonly by: Why;
  readonly language: string | undefined;
}

function PassageText({ passage, by, language }: PassageProps) {
  if (!passage) return null;
  const excerpt: Excerpt = excerptOf(plainText(passage.text, passage.highlights as unknown as TextRange[]));
  const isMeant = by === 'meaning' && excerpt.ranges.length === 0;
  return (
    <p class="hit__passage" lang={language} dir="auto">
      {isMeant ? (
        <Marked text={excerpt.text} ranges={[firstSentence(excerpt)]} by="meaning" />
      ) : (
        <Marked text={excerpt.text} ranges={joinBlanks(excerpt.text, excerpt.ranges)} />
      )}
    </p>
  );
}
