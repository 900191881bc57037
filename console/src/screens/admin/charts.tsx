/** Charts of what the server did: requests, latency, queue and progress, read again every minute. */
import { useEffect, useRef } from 'preact/hooks';
import { client } from '../../api/client.ts';
import { WhenLoaded } from '../../app/setting.tsx';
import { useLoaded } from '../../app/use-loaded.ts';
import { admin } from '../../texts.ts';
import { Chart } from './chart.tsx';
import { CHARTS, MINUTE_MS, type Minute, type Period, type Series, shown, startOf, toSeries } from './series.ts';

const { charts: texts } = admin;

/** The largest page that the API has: a day of minutes. */
const PAGE = 1_440;

const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });
const dayAndClock = new Intl.DateTimeFormat('en-GB', { weekday: 'short', hour: '2-digit', minute: '2-digit' });

/** Every minute of the period that has a row. */
async function readMinutes(period: Period, now: number): Promise<Minute[]> {
  const start = startOf(period, now);
  const found: Minute[] = [];
  let before: string | undefined;
  do {
    const query = { limit: PAGE, ...(before === undefined ? {} : { before }) };
    const { minutes } = await client.get('/admin/statistics', { params: { query } });
    found.push(...minutes);
    before = minutes.length < PAGE ? undefined : minutes.at(-1)?.minute;
  } while (before !== undefined && Date.parse(before) > start);
  return found;
}

export function Charts({ period }: { period: Period }) {
  const wanted = useRef(period);
  wanted.current = period;
  const loaded = useLoaded(async () => {
    const [now, asked] = [Date.now(), wanted.current];
    return { period: asked, series: toSeries(await readMinutes(asked, now), asked, now) };
  });
  const reload = useRef(loaded.reload);
  reload.current = loaded.reload;
  const isShown = loaded.value !== undefined && loaded.value.period !== period;
  useEffect(() => {
    if (isShown) void reload.current();
  }, [isShown]);
  useEffect(() => {
    const timer = setInterval(() => document.hidden || void reload.current(), MINUTE_MS);
    return () => clearInterval(timer);
  }, []);
  return (
    <section class="charts" aria-label={texts.label}>
      <WhenLoaded loaded={loaded}>{({ period: of, series }) => <ChartsOf period={of} series={series} />}</WhenLoaded>
    </section>
  );
}

function ChartsOf({ period, series }: { period: Period; series: Series }) {
  const { from, long } = admin.periods[period];
  const format = period === 'week' ? dayAndClock : clock;
  const labels = series.times.map((time) => format.format(time));
  return (
    <>
      {CHARTS.map((name) => (
        <Chart key={name} name={name} values={series[name]} labels={labels} from={from} />
      ))}
      <div class="sr">
        <table>
          <caption>{texts.table(long)}</caption>
          <thead>
            <tr>
              <th scope="col">{texts.time}</th>
              {CHARTS.map((name) => (
                <th key={name} scope="col">
                  {`${texts[name].title}: ${texts[name].unit}`}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {labels.map((label, index) => (
              <tr key={series.times[index]}>
                <th scope="row">{label}</th>
                {CHARTS.map((name) => {
                  const value = series[name][index];
                  return <td key={name}>{value === null || value === undefined ? texts.none : shown(value)}</td>;
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}
