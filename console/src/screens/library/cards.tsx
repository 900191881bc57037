/** The library as cards. */
import { useEffect } from 'preact/hooks';
import { VirtualList } from '../../parts/virtual-list.tsx';
import { library as texts } from '../../texts/library.ts';
import { categoryOf, languageOf, Quality, SelectBox, Title, Type } from './cells.tsx';
import { rowAt, want } from './rows.ts';
import { addedOn, titleOf } from './words.ts';

const CARD = 176;
const GAP = 16;
const MIN_COLUMN = 264;

export function Cards({ count }: { count: number }) {
  const now = Date.now();
  return (
    <VirtualList
      label={texts.documents}
      count={count}
      rowHeight={CARD}
      gap={GAP}
      minColumn={MIN_COLUMN}
      class="cards-list"
      keyOf={(place) => rowAt(place)?.id ?? `place-${place}`}
    >
      {(place) => <Card place={place} now={now} />}
    </VirtualList>
  );
}

function Card({ place, now }: { place: number; now: number }) {
  const resource = rowAt(place);
  useEffect(() => wantNear(place), [place]);
  if (!resource)
    return (
      <div class="card" aria-hidden="true">
        <span class="skel skel--title" />
      </div>
    );
  return (
    <article class="card">
      <div class="card__top">
        <span class="row">
          <Type resource={resource} />
          <span class="clip">{categoryOf(resource)}</span>
        </span>
        <SelectBox resource={resource} place={place} />
      </div>
      <h2 class="card__title" title={titleOf(resource)}>
        <Title resource={resource} place={place} />
      </h2>
      <p class="card__text" lang={resource.language}>
        {resource.summary ?? resource.description}
      </p>
      <div class="card__foot">
        <Quality resource={resource} />
        <span class="push clip">
          {[languageOf(resource), addedOn(resource.created_at, now)].filter((each) => each !== '').join(' · ')}
        </span>
      </div>
    </article>
  );
}

/** Cards come into being a screen at a time; the pages of all of them are asked for together. */
let near: { first: number; end: number } | undefined;

function wantNear(place: number): void {
  if (near) {
    near = { first: Math.min(near.first, place), end: Math.max(near.end, place + 1) };
    return;
  }
  near = { first: place, end: place + 1 };
  queueMicrotask(() => {
    if (near) want(near.first, near.end);
    near = undefined;
  });
}
