/** Apps and assistants that the owner connected. Disconnecting one acts at once. */
import type { components } from '../../../../clients/typescript/src/index.ts';
import { client } from '../../api/client.ts';
import { act } from '../../app/act.ts';
import { Entry, parts, Setting, WhenLoaded } from '../../app/setting.tsx';
import { type Loaded, useLoaded } from '../../app/use-loaded.ts';
import { Button } from '../../parts/button.tsx';
import { scopesInWords } from '../../texts/scopes.ts';
import { ago } from '../../texts/times.ts';
import { account } from '../../texts.ts';

type Grant = components['schemas']['Grant'];

const { apps: texts } = account;

export const useApps = () => useLoaded(async () => (await client.get('/auth/grants')).grants);

export function AppsSetting({ loaded }: { loaded: Loaded<readonly Grant[]> }) {
  const disconnect = ({ id, client: { name } }: Grant) =>
    act(async () => {
      await client.delete('/auth/grants/{id}', { params: { path: { id } } });
      await loaded.reload();
    }, texts.disconnected(name));
  return (
    <Setting title={texts.title} text={texts.text}>
      <WhenLoaded loaded={loaded}>
        {(grants) =>
          grants.length === 0 ? (
            <p class="quiet">{texts.empty}</p>
          ) : (
            <ul class="list">
              {grants.map((grant) => (
                <Entry
                  key={grant.id}
                  icon="connect"
                  name={<b>{grant.client.name}</b>}
                  text={parts(scopesInWords(grant.scopes), hostOf(grant), texts.since(ago(grant.created_at)))}
                >
                  <Button small onClick={() => disconnect(grant)}>
                    {texts.disconnect}
                    <span class="sr"> {grant.client.name}</span>
                  </Button>
                </Entry>
              ))}
            </ul>
          )
        }
      </WhenLoaded>
    </Setting>
  );
}

/** Where the app's tokens went: the name that an app gives itself proves nothing. */
function hostOf({
  client: {
    redirect_uris: [uri = ''],
  },
}: Grant): string | undefined {
  if (!URL.canParse(uri)) return undefined;
  const { host, protocol } = new URL(uri);
  return host || protocol.replace(/:$/, '');
}
