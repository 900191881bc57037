/** Above the text of a document that is processed, or whose processing failed. */
import type { Resource, ResourceProgress } from '../../../../clients/typescript/src/index.ts';
import { connection } from '../../api/connection.ts';
import { Button } from '../../parts/button.tsx';
import { Icon } from '../../parts/icon.tsx';
import { type Stage, Stages } from '../../parts/stages.tsx';
import { documentTexts as texts } from '../../texts/document.ts';
import { sentence } from '../../texts/sentence.ts';
import type { OpenDocument } from './document-store.ts';

const ORDER = ['ingestion', 'quality', 'taxonomy', 'graph', 'embedding'] as const;
const STATES = { pending: 'pending', processing: 'active', completed: 'done', failed: 'failed' } as const;

export function StateNote({ resource, open }: { resource: Resource; open: OpenDocument }) {
  const progress = open.progress.value;
  if (progress && progress.overall_status !== 'completed') {
    return (
      <div class="working" role="status" aria-label={texts.progress.inWork}>
        <Stages named stages={stagesOf(progress)} />
        <div class="row row--apart">
          <span class="quiet">{messageOf(progress)}</span>
          <Button small kind="plain" onClick={() => void open.stop()}>
            {texts.progress.stop}
          </Button>
        </div>
      </div>
    );
  }
  if (resource.status !== 'failed') return null;
  return (
    <div class="job__fault" role="alert">
      <Icon name="alert" />
      <p>
        <strong>{texts.failure.title}</strong> {resource.error_message !== undefined && sentence(resource.error_message)}
      </p>
      <Button small icon="retry" onClick={() => void open.reprocess()}>
        {texts.failure.again}
      </Button>
    </div>
  );
}

function stagesOf({ stages, detail }: ResourceProgress): Stage[] {
  const isLost = connection.value !== 'connected';
  return ORDER.map((name) => {
    const state = STATES[stages[name]];
    return {
      name: texts.stages[name],
      state: isLost && state === 'active' ? 'stale' : state,
      progress: detail[name].percent / 100,
    };
  });
}

function messageOf({ stages, detail }: ResourceProgress): string {
  const active = ORDER.find((name) => stages[name] === 'processing');
  return (active && detail[active].message) ?? texts.progress.inWork;
}
