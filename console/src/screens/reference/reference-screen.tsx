/** /docs: the operations of the API by subject, from /openapi.json, each with a form that sends it. Visitors may read it. */
import { useEffect, useMemo, useState } from 'preact/hooks';
import { client } from '../../api/client.ts';
import { decoded } from '../../app/match.ts';
import { keepHash } from '../../app/place.ts';
import { useLoaded } from '../../app/use-loaded.ts';
import { Button } from '../../parts/button.tsx';
import { Icon } from '../../parts/icon.tsx';
import { Skeleton } from '../../parts/skeleton.tsx';
import { reference as texts } from '../../texts/reference.ts';
import { filtered, groupsOf, type OpenApiDocument, type TagGroup } from './openapi.ts';
import { OperationEntry } from './operation-entry.tsx';
import { Prose } from './prose.tsx';
import { TokenPanel } from './token-panel.tsx';
import '../../styles/reference.css';

export default function ReferenceScreen() {
  const { value, failed, reload } = useLoaded(async () => (await client.get('/openapi.json')) as unknown as OpenApiDocument);
  return (
    <section class="screen reference">
      <header class="head">
        <h1>{texts.title}</h1>
        <p>{texts.lead}</p>
        <a class="link push" href="/openapi.json" target="_blank" rel="noopener">
          {texts.document}
        </a>
      </header>
      <TokenPanel />
      {value && <Operations document={value} />}
      {!value && failed && (
        <p class="row" role="alert">
          {texts.failed} <Button onClick={reload}>{texts.retry}</Button>
        </p>
      )}
      {!value && !failed && <Skeleton rows={8} lines={1} />}
    </section>
  );
}

const tagId = (name: string) => `tag-${name}`;

function Operations({ document }: { document: OpenApiDocument }) {
  const groups = useMemo(() => groupsOf(document), [document]);
  const [text, setText] = useState('');
  const { open, toggle } = useOpened();
  const shown = filtered(groups, text);
  const count = shown.reduce((sum, { operations }) => sum + operations.length, 0);
  return (
    <div class="reference__in">
      <Index groups={shown} />
      <div>
        <div class="row reference__filter">
          <label class="ask ask--sm">
            <Icon name="search" />
            <span class="sr">{texts.filter}</span>
            <input
              class="ask__input"
              type="search"
              maxLength={200}
              placeholder={texts.filterHint}
              value={text}
              onInput={({ currentTarget }) => setText(currentTarget.value)}
            />
          </label>
          <span class="quiet num" role="status">
            {count === 0 ? texts.none(text.trim()) : texts.found(count)}
          </span>
        </div>
        {shown.map(({ name, description, operations }) => (
          <section class="reference__tag" key={name} aria-labelledby={tagId(name)}>
            <h2 id={tagId(name)} tabIndex={-1}>
              {name}
            </h2>
            {description !== undefined && (
              <p class="quiet">
                <Prose text={description} />
              </p>
            )}
            {operations.map((operation) => (
              <OperationEntry
                key={operation.operationId}
                document={document}
                operation={operation}
                isOpen={open.has(operation.operationId)}
                onToggle={() => toggle(operation.operationId)}
              />
            ))}
          </section>
        ))}
      </div>
    </div>
  );
}

const Index = ({ groups }: { groups: readonly TagGroup[] }) => (
  <nav class="outline reference__index" aria-label={texts.index}>
    <p class="sec__title" aria-hidden="true">
      {texts.index}
    </p>
    {groups.map(({ name, operations }) => (
      <a key={name} href={`#${tagId(name)}`}>
        {name} <small class="num">{operations.length}</small>
      </a>
    ))}
  </nav>
);

/** The operations that are open. The address names the last one, so that it can be shared. */
function useOpened() {
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set<string>());
  useEffect(() => {
    const follow = () => {
      const id = decoded(location.hash.slice(1)) ?? '';
      const target = id === '' ? null : document.getElementById(id);
      if (!target) return;
      if (target.matches('.op')) setOpen((old) => new Set([...old, id]));
      target.scrollIntoView({ block: 'start' });
      const heading = target.querySelector<HTMLElement>('h3 > button') ?? target;
      heading.focus({ preventScroll: true });
    };
    follow();
    addEventListener('hashchange', follow);
    return () => removeEventListener('hashchange', follow);
  }, []);
  return {
    open,
    toggle: (id: string) => {
      const isOpening = !open.has(id);
      keepHash(isOpening ? id : '');
      setOpen(isOpening ? new Set([...open, id]) : new Set([...open].filter((other) => other !== id)));
    },
  };
}
