/** The search screen before a question. */
import { useEffect } from 'preact/hooks';
import { addressOf, NOTHING } from '../../api/asked.ts';
import { recoveries } from '../../api/connection.ts';
import { inWork } from '../../app/in-work.ts';
import { Icon } from '../../parts/icon.tsx';
import { Skeleton } from '../../parts/skeleton.tsx';
import { WhyFound } from '../../parts/why-found.tsx';
import { counted, typeName } from '../../texts/names.ts';
import { search as texts } from '../../texts/search.ts';
import { askedLately } from './asked-lately.ts';
import { examples, library, loadHome } from './home-data.ts';

const { home } = texts;
const RECENT = 3;

export function Home() {
  const round = recoveries.value;
  useEffect(() => void loadHome(), [round]);
  const known = library.value;
  // A library without documents has another page: one of them is shown first, and nothing of it moves.
  if (known === undefined) {
    return (
      <div class="home">
        <Skeleton />
      </div>
    );
  }
  const isNew = known?.total === 0;
  return (
    <div class="home" data-new={isNew ? '' : undefined}>
      <div>
        <h1>{isNew ? home.newTitle : home.title}</h1>
        <p class="soft home__lead">{isNew ? home.newLead : home.lead}</p>
        {isNew && (
          <div class="home__new">
            <a class="btn btn--primary" href="/app/add">
              {home.add}
            </a>
          </div>
        )}
        <section class="sec">
          <h2 class="sec__title">{isNew ? home.newExamples : home.examples}</h2>
          {known && <Examples />}
        </section>
        {!isNew && <Lately />}
      </div>
      <aside class="home__side" aria-label={home.library}>
        {!isNew && (
          <>
            <h2 class="sec__title">{home.library}</h2>
            <dl class="tally">
              <Tally name={home.documents}>{known && counted(known.total)}</Tally>
              <Tally name={home.languages}>{known && counted(known.languages)}</Tally>
              <Tally name={home.inWork}>
                <a href="/app/add">{counted(inWork.value)}</a>
              </Tally>
            </dl>
          </>
        )}
        <h2 class="sec__title home__how">{home.how}</h2>
        <div class="whys">
          <WhyFound by="words" long />
          <WhyFound by="meaning" long />
          <WhyFound by="both" long />
        </div>
      </aside>
    </div>
  );
}

function Tally({ name, children }: { name: string; children: preact.ComponentChildren }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function Examples() {
  return (
    <div class="try">
      {examples.value.map(({ q, text }) => (
        <a key={text} href={addressOf({ ...NOTHING, q })}>
          <span>{q}</span>
          <span>{text}</span>
        </a>
      ))}
    </div>
  );
}

function Lately() {
  const recent = library.value?.recent.slice(0, RECENT) ?? [];
  const asked = askedLately.value;
  return (
    <div class="home__two">
      {recent.length > 0 && (
        <section class="sec">
          <h2 class="sec__title">{home.recent}</h2>
          <div class="plainlist">
            {recent.map(({ id, title, url, language, content_type: type }) => (
              <a key={id} href={`/app/documents/${id}`}>
                <Icon name="file" />
                <span class="clip" lang={language} title={title ?? url} dir="auto">
                  {title ?? url}
                </span>
                <span class="quiet">{typeName(type)}</span>
              </a>
            ))}
          </div>
        </section>
      )}
      {asked.length > 0 && (
        <section class="sec">
          <h2 class="sec__title">{home.asked}</h2>
          <div class="plainlist">
            {asked.map((q) => (
              <a key={q} href={addressOf({ ...NOTHING, q })}>
                <Icon name="wait" />
                <span class="clip" title={q} dir="auto">
                  {q}
                </span>
              </a>
            ))}
          </div>
        </section>
      )}
    </div>
  );
}
