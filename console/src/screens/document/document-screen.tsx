/** A document: its text at the passage that was found, its original, its passages, and what is known about it. */
import { useSignal, useSignalEffect } from '@preact/signals';
import { useEffect, useMemo, useRef } from 'preact/hooks';
import { recoveries } from '../../api/connection.ts';
import { PharosError, reasonOf } from '../../api/errors.ts';
import { categoryPath } from '../../api/taxonomy.ts';
import { focusHeading } from '../../app/focus-heading.ts';
import { navigate } from '../../app/place.ts';
import type { ScreenProps } from '../../app/screen.ts';
import { NotLoaded } from '../../app/setting.tsx';
import { Button } from '../../parts/button.tsx';
import { Kind } from '../../parts/chip.tsx';
import { Skeleton } from '../../parts/skeleton.tsx';
import { Tabs } from '../../parts/tabs.tsx';
import { documentTexts as texts } from '../../texts/document.ts';
import { dayOf, languageName, typeName } from '../../texts/names.ts';
import { shell } from '../../texts/shell.ts';
import { type OpenDocument, openDocument } from './document-store.ts';
import { FoundBar } from './found-bar.tsx';
import { Original } from './original.tsx';
import { Outline } from './outline.tsx';
import { rangesOf, useFound, usePassageRange } from './passage-of.ts';
import { Passages } from './passages.tsx';
import { Reading } from './reading.tsx';
import { Side } from './side.tsx';
import { isSameTitle, outlineOf } from './slices.ts';
import { StateNote } from './state-note.tsx';

const WORDS_PER_MINUTE = 225;

export default function DocumentScreen({ params, query }: ScreenProps) {
  const id = params.id ?? '';
  const open = useMemo(() => openDocument(id), [id]);
  useEffect(() => {
    void open.load();
    scrollTo(0, 0);
    return () => open.close();
  }, [open]);
  const seen = useRef(recoveries.peek());
  useSignalEffect(() => {
    if (recoveries.value === seen.current) return;
    seen.current = recoveries.value;
    void open.load();
  });
  const failure = open.failure.value;
  // One that was deleted elsewhere is not shown as it was.
  if (failure !== undefined && (!open.resource.value || isMissing(failure)))
    return <Failure error={failure} onAgain={() => void open.load()} />;
  return <Loaded key={id} open={open} query={query} />;
}

function Loaded({ open, query }: { open: OpenDocument; query: URLSearchParams }) {
  const resource = open.resource.value;
  const text = open.text.value;
  const wanted = useSignal<number | undefined>(undefined);
  const chunk = query.get('chunk');
  const found = useFound(open.id, query);
  const passage = usePassageRange(open.id, chunk, found);
  const title = resource?.title ?? resource?.filename ?? resource?.url ?? texts.untitled;
  const headings = useMemo(() => {
    const [first, ...rest] = outlineOf(text ?? '');
    return first && isSameTitle(first.text, title) ? rest : first ? [first, ...rest] : [];
  }, [text, title]);
  useEffect(() => {
    if (resource) document.title = shell.title(title);
  }, [title, resource === undefined]);
  useEffect(() => {
    if (resource) focusHeading({ arrived: true });
  }, [resource === undefined]);
  const tab = query.get('tab') ?? 'read';
  const isOriginal = tab === 'original';
  const tabs = useRef<HTMLDivElement>(null);
  const wasOriginal = useRef(isOriginal);
  // The link to the original and the one back take each other's place, with the focus.
  useEffect(() => {
    if (wasOriginal.current !== isOriginal) tabs.current?.querySelector<HTMLElement>('.link')?.focus({ preventScroll: true });
    wasOriginal.current = isOriginal;
  }, [isOriginal]);
  if (!resource) return <Skeleton rows={3} lines={4} />;
  const show = (next: string) => navigate(addressWith(query, next), { replace: true });
  const ranges = rangesOf(found);
  const readPanel = () => (
    <>
      {found && <FoundBar found={found} chunk={chunk} />}
      <StateNote resource={resource} open={open} />
      {text === undefined && open.failure.value === undefined && <Skeleton rows={2} lines={5} />}
      {open.failure.value !== undefined && <NotLoaded text={inWords(open.failure.value)} onRetry={open.load} />}
      {text === null && <p class="soft">{resource.status === 'failed' ? texts.notRead : texts.noText}</p>}
      {typeof text === 'string' && (
        <Reading
          text={text}
          isMarkdown={resource.text_format !== 'plain'}
          title={title}
          language={resource.language}
          passage={passage}
          ranges={ranges}
          wanted={wanted.value}
        />
      )}
    </>
  );
  return (
    <section class="screen">
      <div class="doc">
        <Outline
          headings={tab === 'read' ? headings : []}
          onWant={(offset) => {
            wanted.value = offset;
          }}
        />
        <article class="doc__body">
          <h1 lang={resource.language} dir="auto">
            {title}
          </h1>
          <p class="doc__byline dots">
            {resource.content_type !== undefined && <Kind>{typeName(resource.content_type)}</Kind>}
            {resource.category !== undefined && <span>{categoryPath(resource.category)}</span>}
            <span class="num">{dayOf(resource.created_at)}</span>
            {resource.language !== undefined && <span>{languageName(resource.language)}</span>}
            {resource.word_count !== undefined && <span class="num">{texts.words(resource.word_count)}</span>}
            {resource.word_count !== undefined && (
              <span class="num">{texts.minutes(Math.max(1, Math.round(resource.word_count / WORDS_PER_MINUTE)))}</span>
            )}
          </p>
          {isOriginal ? (
            <>
              <div class="doc__tabs doc__tabs--original" ref={tabs}>
                <h2>{texts.original}</h2>
                <a class="link" href={addressWith(query, 'read')}>
                  {texts.backToText}
                </a>
              </div>
              <Original id={resource.id} url={resource.url} />
            </>
          ) : (
            <div class="doc__tabs" ref={tabs}>
              <Tabs
                label={texts.tabs.label}
                current={tab === 'passages' ? 'passages' : 'read'}
                onChange={show}
                tabs={[
                  { id: 'read', label: texts.tabs.read, panel: readPanel },
                  {
                    id: 'passages',
                    label: texts.tabs.passages,
                    panel: () => <Passages id={resource.id} language={resource.language} />,
                  },
                ]}
              />
              <a class="link" href={addressWith(query, 'original')}>
                {texts.openOriginal}
              </a>
            </div>
          )}
        </article>
        {/* Below the text on phones, and in a column of its own elsewhere: it begins where it stays. */}
        {open.isWhole.value && <Side resource={resource} open={open} />}
      </div>
    </section>
  );
}

function addressWith(query: URLSearchParams, tab: string): string {
  const next = new URLSearchParams(query);
  if (tab === 'read') next.delete('tab');
  else next.set('tab', tab);
  return next.size === 0 ? location.pathname : `${location.pathname}?${next}`;
}

const inWords = (error: unknown) => reasonOf(error, texts.failed.unreachable);

const isMissing = (error: unknown) => error instanceof PharosError && error.status === 404;

function Failure({ error, onAgain }: { error: unknown; onAgain: () => void }) {
  const { missing, failed } = texts;
  useEffect(() => focusHeading({ arrived: true }), []);
  return (
    <section class="screen">
      <div class="empty">
        <h1>{isMissing(error) ? missing.title : inWords(error)}</h1>
        {isMissing(error) && <p>{missing.text}</p>}
        {isMissing(error) ? (
          <a class="btn" href="/app/search">
            {missing.action}
          </a>
        ) : (
          <Button onClick={onAgain}>{failed.again}</Button>
        )}
      </div>
    </section>
  );
}
