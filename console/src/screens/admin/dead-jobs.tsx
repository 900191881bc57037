/** Jobs that failed their last attempt. Each can be retried, and all of them at once. */
import { useId, useState } from 'preact/hooks';
import { type components, pages } from '../../../../clients/typescript/src/index.ts';
import { client } from '../../api/client.ts';
import { act } from '../../app/act.ts';
import { WhenLoaded } from '../../app/setting.tsx';
import { usePages } from '../../app/use-pages.ts';
import { Button } from '../../parts/button.tsx';
import { toast } from '../../parts/toast.tsx';
import { ago } from '../../texts/times.ts';
import { admin } from '../../texts.ts';

type Job = components['schemas']['ListedJob'];

const { dead: texts } = admin;
const SHOWN = 20;
/** Jobs that one request retries. */
const AT_ONCE = 20;

const readPage = (cursor: string | undefined) =>
  client.get('/admin/jobs', { params: { query: { state: 'dead', limit: SHOWN, ...(cursor === undefined ? {} : { cursor }) } } });

const retry = (id: string) => client.post('/admin/jobs/{id}/retry', { params: { path: { id } } });
const retryMany = (cursor?: string) =>
  client.post('/admin/jobs/retry', { body: { limit: AT_ONCE, ...(cursor === undefined ? {} : { cursor }) } });

/** Retries every dead job. A job that may not be retried now stays; the first such reason is told. */
async function retryEvery(): Promise<void> {
  let done = 0;
  const refused: string[] = [];
  for await (const answer of pages(retryMany)) {
    done += answer.retried;
    refused.push(...answer.refused.map(({ reason }) => reason));
  }
  const [reason] = refused;
  if (reason === undefined) toast({ text: texts.retriedAll(done) });
  else toast({ text: texts.partly(done, refused.length, `${reason.replace(/\.$/, '')}.`), failed: true });
}

export function DeadJobs() {
  const id = useId();
  const [busy, setBusy] = useState(false);
  const loaded = usePages('', async (cursor) => {
    const { jobs, next_cursor: next } = await readPage(cursor);
    return { rows: jobs, next };
  });
  const count = loaded.value?.length ?? 0;

  async function retryOne(job: Job) {
    await act(() => retry(job.id), texts.retried);
    await loaded.reload();
  }

  async function retryAll() {
    setBusy(true);
    await act(retryEvery);
    await loaded.reload();
    setBusy(false);
  }

  return (
    <section class="sec" aria-labelledby={id}>
      <div class="panel__head">
        <h2 id={id}>{texts.title}</h2>
        <p>{texts.text}</p>
        {count > 0 && (
          <Button small class="push" busy={busy} onClick={retryAll}>
            {loaded.more ? texts.retryAll : `${texts.retryAll} ${count}`}
          </Button>
        )}
      </div>
      <WhenLoaded loaded={loaded}>
        {(jobs) => (jobs.length === 0 ? <p class="quiet">{texts.empty}</p> : <JobTable jobs={jobs} onRetry={retryOne} />)}
      </WhenLoaded>
      {loaded.more && (
        <Button small class="more" onClick={loaded.more}>
          {texts.more}
        </Button>
      )}
    </section>
  );
}

/** Where it gave up; where that is not known, what it was to do. */
const stageOf = ({ failed_stage: failed, stages, kind }: Job) =>
  (failed === undefined ? stages : [failed]).map((stage) => texts.stages[stage] ?? stage).join(', ') || kind;

const nameOf = (job: Job) => job.resource_name ?? job.resource_id ?? job.kind;

function JobTable({ jobs, onRetry }: { jobs: readonly Job[]; onRetry: (job: Job) => void }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls sideways must be reached by keyboard
    <section class="scroll" tabIndex={0} aria-label={texts.table}>
      <table class="table table--admin table--jobs">
        <thead>
          <tr>
            <th scope="col">{texts.document}</th>
            <th scope="col">{texts.stage}</th>
            <th scope="col">{texts.reason}</th>
            <th scope="col">{texts.when}</th>
            <th scope="col" class="end">
              <span class="sr">{texts.action}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {jobs.map((job) => (
            <tr key={job.id}>
              <td title={nameOf(job)}>{nameOf(job)}</td>
              <td class="soft">{stageOf(job)}</td>
              <td class="soft" title={job.error}>
                {job.error}
              </td>
              <td class="soft num">{ago(job.finished_at ?? job.updated_at)}</td>
              <td class="end">
                <Button small onClick={() => onRetry(job)}>
                  {texts.retry}
                  <span class="sr"> {nameOf(job)}</span>
                </Button>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
