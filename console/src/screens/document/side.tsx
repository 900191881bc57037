/** Beside the text: quality, category, tags, neighbours, facts, and what can be done with the document. */
import type { Resource } from '../../../../clients/typescript/src/index.ts';
import { Button } from '../../parts/button.tsx';
import { Icon } from '../../parts/icon.tsx';
import { documentTexts as texts } from '../../texts/document.ts';
import { CategoryField } from './category-field.tsx';
import { Connections } from './connections.tsx';
import { deleteLater } from './delete-later.ts';
import type { OpenDocument, Similar } from './document-store.ts';
import { Facts } from './facts.tsx';
import { Quality } from './quality.tsx';
import { Runs } from './runs.tsx';
import { TagsField } from './tags-field.tsx';

export function Side({ resource, open }: { resource: Resource; open: OpenDocument }) {
  const similar = open.similar.value;
  const isReady = resource.status === 'completed' || resource.status === 'failed';
  return (
    <aside class="side" aria-label={texts.about}>
      {resource.quality && <Quality quality={resource.quality} />}
      <CategoryField resource={resource} open={open} />
      <TagsField resource={resource} open={open} />
      {similar && <Neighbours similar={similar} />}
      <Connections id={resource.id} key={`${resource.id} ${resource.status}`} />
      <Facts resource={resource}>
        {open.runs.value && <Runs runs={open.runs.value} />}
        <div class="row side__actions">
          <Button small disabled={!isReady} onClick={() => void open.reprocess()}>
            {texts.reprocess}
          </Button>
          <Button small kind="danger" onClick={() => deleteLater(resource.id)}>
            {texts.remove}
          </Button>
        </div>
      </Facts>
    </aside>
  );
}

function Neighbours({ similar }: { similar: readonly Similar[] }) {
  return (
    <section>
      <h2>{texts.similar}</h2>
      {similar.length === 0 && <p class="quiet">{texts.noSimilar}</p>}
      <div class="plainlist">
        {similar.map(({ id, title, url, score }) => (
          <a key={id} href={`/app/documents/${encodeURIComponent(id)}`}>
            <Icon name="file" />
            <span class="clip" dir="auto" title={title ?? url}>
              {title ?? url ?? texts.untitled}
            </span>
            <span class="num">{score.toFixed(2)}</span>
          </a>
        ))}
      </div>
    </section>
  );
}
