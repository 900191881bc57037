/** What is left of the limits: requests, documents, storage. */
import type { components } from '../../../../clients/typescript/src/index.ts';
import { client } from '../../api/client.ts';
import { Setting, WhenLoaded } from '../../app/setting.tsx';
import { useLoaded } from '../../app/use-loaded.ts';
import { Bar } from '../../parts/bar.tsx';
import { bytes } from '../../texts/sizes.ts';
import { account } from '../../texts.ts';

type Limits = components['schemas']['RateLimit'];

const { limits: texts } = account;

interface Measure {
  readonly title: string;
  /** For assistive technology: what the bar measures. */
  readonly used: string;
  readonly limit: number;
  readonly remaining: number;
  readonly inWords: (value: number) => string;
}

const plain = (value: number) => value.toLocaleString('en');

function measuresOf({ windows = [], quotas }: Limits): Measure[] {
  const [requests] = windows.filter(({ policy }) => texts.requests[policy] !== undefined).toSorted(byShareLeft);
  return [
    ...(requests
      ? [{ ...requests, title: texts.requests[requests.policy] ?? requests.policy, used: texts.requestsUsed, inWords: plain }]
      : []),
    ...(quotas?.documents ? [{ ...quotas.documents, title: texts.documents, used: texts.documentsUsed, inWords: plain }] : []),
    ...(quotas?.bytes ? [{ ...quotas.bytes, title: texts.storage, used: texts.storageUsed, inWords: bytes }] : []),
  ];
}

const byShareLeft = (a: { remaining: number; limit: number }, b: { remaining: number; limit: number }) =>
  a.remaining / a.limit - b.remaining / b.limit;

export function LimitsSetting() {
  const loaded = useLoaded(() => client.get('/auth/rate-limit'));
  return (
    <Setting title={texts.title} text={texts.text}>
      <div class="meters">
        <WhenLoaded loaded={loaded}>
          {(found) => {
            const measures = measuresOf(found);
            if (measures.length === 0) return <p class="quiet">{texts.unlimited}</p>;
            return measures.map((measure) => <Meter key={measure.title} {...measure} />);
          }}
        </WhenLoaded>
      </div>
    </Setting>
  );
}

const Meter = ({ title, used, limit, remaining, inWords }: Measure) => (
  <div class="meter">
    <span class="quiet">{title}</span>
    <b>
      {inWords(remaining)} <span class="quiet">{texts.left(inWords(limit))}</span>
    </b>
    <Bar value={limit === 0 ? 1 : (limit - remaining) / limit} label={used} />
  </div>
);
