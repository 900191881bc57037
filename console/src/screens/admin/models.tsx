/** The models: which one searches use, and how far the next one is. */
import { useEffect, useId, useRef } from 'preact/hooks';
import type { components } from '../../../../clients/typescript/src/index.ts';
import { client } from '../../api/client.ts';
import { parts, WhenLoaded } from '../../app/setting.tsx';
import { useLoaded } from '../../app/use-loaded.ts';
import { Bar } from '../../parts/bar.tsx';
import { languageName } from '../../texts/names.ts';
import { dateOf } from '../../texts/times.ts';
import { admin } from '../../texts.ts';

type Model = components['schemas']['EmbeddingModel'];

const { model: texts } = admin;
/** While a model is being built. */
const AGAIN_AFTER_MS = 30_000;

export function ModelPanel() {
  const id = useId();
  const loaded = useLoaded(async () => (await client.get('/admin/models')).models);
  const isBuilding = loaded.value?.some(({ state }) => state === 'building') ?? false;
  const reload = useRef(loaded.reload);
  reload.current = loaded.reload;
  useEffect(() => {
    if (!isBuilding) return;
    const timer = setInterval(() => document.hidden || void reload.current(), AGAIN_AFTER_MS);
    return () => clearInterval(timer);
  }, [isBuilding]);
  return (
    <section class="panel" aria-labelledby={id}>
      <div class="panel__head">
        <h2 id={id}>{texts.title}</h2>
        <p>{texts.text}</p>
      </div>
      <WhenLoaded loaded={loaded}>
        {(models) => (models.length === 0 ? <p class="quiet">{texts.none}</p> : <Models models={models} />)}
      </WhenLoaded>
    </section>
  );
}

function Models({ models }: { models: readonly Model[] }) {
  return (
    <>
      <dl class="facts facts--models">
        {models.map((model) => (
          <div key={model.id}>
            <dt>{texts.states[model.state]}</dt>
            <dd>
              <strong>{model.name}</strong>
              {detailsOf(model)}
            </dd>
          </div>
        ))}
      </dl>
      {models
        .filter(({ state }) => state !== 'retired')
        .map((model) => (
          <Progress key={model.id} model={model} />
        ))}
    </>
  );
}

function detailsOf({ languages, dimensions, removed_at: removed }: Model): string {
  const [only] = languages ?? [];
  const known =
    languages?.length === 1 && only !== undefined ? languageName(only) : languages && texts.languages(languages.length);
  const text = parts(
    known,
    dimensions === undefined ? undefined : texts.dimensions(dimensions),
    removed === undefined ? undefined : texts.removed(dateOf(removed)),
  );
  return text === '' ? '' : ` · ${text}`;
}

/** A model that is done and lost nothing needs no bar. */
function Progress({ model: { name, state, documents } }: { model: Model }) {
  const { total, failed, percent, eta_seconds: left } = documents;
  if (state === 'active' && percent === 100 && failed === 0) return null;
  return (
    <div class="model-progress">
      <span class="num">
        <strong>{texts.percent(percent)}</strong>{' '}
        <span class="soft">{parts(texts.of(total), left === undefined ? undefined : texts.left(left))}</span>
      </span>
      <Bar value={percent / 100} label={texts.progress(name)} role="progressbar" state="active" />
      {failed > 0 && <span class="quiet num">{texts.failed(failed)}</span>}
    </div>
  );
}
