/** The browsers and programs that are logged in. Ending one acts at once. */
import type { components } from '../../../../clients/typescript/src/index.ts';
import { client } from '../../api/client.ts';
import { act } from '../../app/act.ts';
import { Entry, parts, Setting, WhenLoaded } from '../../app/setting.tsx';
import { useLoaded } from '../../app/use-loaded.ts';
import { Button } from '../../parts/button.tsx';
import { ago } from '../../texts/times.ts';
import { account } from '../../texts.ts';
import { deviceOf } from './words.ts';

type Session = components['schemas']['Session'];

const { sessions: texts } = account;

export function SessionsSetting() {
  const loaded = useLoaded(async () => (await client.get('/auth/sessions')).sessions.toSorted(byCurrent));
  const endOne = (id: string) => client.delete('/auth/sessions/{id}', { params: { path: { id } } });
  const end = (session: Session) =>
    act(
      async () => {
        await endOne(session.id);
        await loaded.reload();
      },
      texts.ended(deviceOf(session.user_agent).name),
    );
  const endOthers = (others: readonly Session[]) =>
    act(async () => {
      for (const { id } of others) await endOne(id);
      await loaded.reload();
    }, texts.endedOthers(others.length));
  return (
    <Setting title={texts.title} text={texts.text}>
      <WhenLoaded loaded={loaded}>
        {(sessions) => {
          const others = sessions.filter(({ current }) => !current);
          return (
            <div class="stack stack--full">
              <ul class="list">
                {sessions.map((session) => (
                  <SessionEntry key={session.id} session={session} onEnd={() => end(session)} />
                ))}
              </ul>
              {others.length > 0 && (
                <div>
                  <Button small onClick={() => endOthers(others)}>
                    {texts.endOthers}
                  </Button>
                </div>
              )}
            </div>
          );
        }}
      </WhenLoaded>
    </Setting>
  );
}

function SessionEntry({ session, onEnd }: { session: Session; onEnd: () => void }) {
  const { name, isPhone } = deviceOf(session.user_agent);
  const text = session.current ? texts.thisBrowser : parts(session.address, texts.active(ago(session.last_refreshed_at)));
  return (
    <Entry icon={isPhone ? 'phone' : 'screen'} name={<b title={session.user_agent}>{name}</b>} text={text}>
      {session.current ? (
        <span class="chip">{texts.thisOne}</span>
      ) : (
        <Button small onClick={onEnd}>
          {texts.end}
          <span class="sr"> {name}</span>
        </Button>
      )}
    </Entry>
  );
}

const byCurrent = (a: Session, b: Session) => Number(b.current) - Number(a.current);
