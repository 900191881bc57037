/** The installation: charts, model, health, jobs that gave up, and accounts. */
import { useState } from 'preact/hooks';
import { ConfirmDialog } from '../../app/fresh-session.tsx';
import { Together } from '../../app/together.tsx';
import { Segments } from '../../parts/segments.tsx';
import { admin as texts } from '../../texts.ts';
import { Charts } from './charts.tsx';
import { DeadJobs } from './dead-jobs.tsx';
import { HealthPanel } from './health.tsx';
import { ModelPanel } from './models.tsx';
import type { Period } from './series.ts';
import { Users } from './users.tsx';

const PERIODS = ['hour', 'day', 'week'] as const;

export default function AdminScreen() {
  const [period, setPeriod] = useState<Period>('day');
  return (
    <section class="screen">
      <header class="head">
        <h1>{texts.title}</h1>
        <p>{texts.scope(texts.periods[period].long)}</p>
        <span class="head__actions">
          <Segments
            small
            label={texts.period}
            value={period}
            onChange={setPeriod}
            options={PERIODS.map((value) => ({ value, shown: texts.periods[value].short }))}
          />
        </span>
      </header>
      <Together>
        <Charts period={period} />
        <div class="two">
          <ModelPanel />
          <HealthPanel />
        </div>
        <section class="panel tax-link" aria-label={texts.taxonomy.title}>
          <div class="panel__head">
            <h2>{texts.taxonomy.title}</h2>
            <p>{texts.taxonomy.text}</p>
            <a class="btn btn--sm push" href="/app/admin/taxonomy">
              {texts.taxonomy.edit}
            </a>
          </div>
        </section>
        <DeadJobs />
        <Users />
      </Together>
      <ConfirmDialog />
    </section>
  );
}
