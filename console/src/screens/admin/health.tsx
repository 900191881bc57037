/** Whether the parts of the server are in order, and how long each took to answer. Read again every half minute. */
import { useEffect, useId, useRef } from 'preact/hooks';
import type { components } from '../../../../clients/typescript/src/index.ts';
import { client } from '../../api/client.ts';
import { WhenLoaded } from '../../app/setting.tsx';
import { useLoaded } from '../../app/use-loaded.ts';
import { Icon } from '../../parts/icon.tsx';
import { admin } from '../../texts.ts';

type Checks = components['schemas']['Health']['checks'];

const { health: texts } = admin;
const AGAIN_AFTER_MS = 30_000;
const NAMES = ['database', 'kv', 'queue', 'worker'] as const;

export function HealthPanel() {
  const id = useId();
  const loaded = useLoaded(async () => (await client.get('/health')).checks);
  const reload = useRef(loaded.reload);
  reload.current = loaded.reload;
  useEffect(() => {
    const timer = setInterval(() => document.hidden || void reload.current(), AGAIN_AFTER_MS);
    return () => clearInterval(timer);
  }, []);
  return (
    <section class="panel" aria-labelledby={id}>
      <div class="panel__head">
        <h2 id={id}>{texts.title}</h2>
        {loaded.value && <p role="status">{summaryOf(loaded.value)}</p>}
      </div>
      <WhenLoaded loaded={loaded}>
        {(checks) => (
          <ul class="health">
            {NAMES.map((name) => (
              <Check key={name} name={texts.checks[name]} {...checks[name]} />
            ))}
          </ul>
        )}
      </WhenLoaded>
    </section>
  );
}

function summaryOf(checks: Checks): string {
  const failed = NAMES.filter((name) => checks[name].status !== 'healthy').length;
  return failed === 0 ? texts.healthy : texts.attention(failed);
}

interface CheckProps {
  readonly name: string;
  readonly status: 'healthy' | 'unhealthy';
  readonly latency_ms: number;
  readonly reason?: string;
}

function Check({ name, status, latency_ms: latency, reason }: CheckProps) {
  const isFailed = status !== 'healthy';
  return (
    <li data-state={isFailed ? 'failed' : 'done'}>
      <Icon name={isFailed ? 'alert' : 'check'} />
      <b>
        {name}
        <span class="sr">: {isFailed ? texts.failed : texts.inOrder}</span>
      </b>
      <span>{isFailed ? (reason ?? texts.down) : texts.latency(latency)}</span>
    </li>
  );
}
