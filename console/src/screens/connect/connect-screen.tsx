/** Connects an assistant by one address, and scripts by a key. */
import { client } from '../../api/client.ts';
import { ConfirmDialog } from '../../app/fresh-session.tsx';
import { DOCS } from '../../app/match.ts';
import { Setting } from '../../app/setting.tsx';
import { useLoaded } from '../../app/use-loaded.ts';
import { CopyLine } from '../../parts/copy.tsx';
import { connect as texts } from '../../texts.ts';
import { Assistants } from './assistants.tsx';
import { CodeExamples } from './code-examples.tsx';
import { KeyForScripts } from './key-for-scripts.tsx';
import '../../styles/account.css';

const ADDRESS = '/.well-known/oauth-protected-resource/mcp';
/** Until the server has said what its public address is. */
const HERE = new URL('/mcp', location.origin).href;

export default function ConnectScreen() {
  const { value: address = HERE } = useLoaded(async () => (await client.get(ADDRESS)).resource);
  const { origin, hostname } = new URL(address);
  return (
    <section class="screen">
      <header class="head">
        <h1>{texts.title}</h1>
        <p>{texts.lead}</p>
      </header>
      <Setting title={texts.address.title} text={texts.address.text}>
        <div class="stack stack--full">
          <CopyLine text={address} primary />
          {isLoopback(hostname) && <p class="quiet">{texts.local}</p>}
        </div>
      </Setting>
      <Setting title={texts.steps.title} text={texts.steps.text}>
        <Assistants />
      </Setting>
      <KeyForScripts />
      <Setting title={texts.code.title} text={texts.code.text}>
        <div class="stack stack--full">
          <CodeExamples url={origin} />
          <p class="quiet">
            {texts.code.more}{' '}
            <a class="link" href={DOCS}>
              {texts.code.reference}
            </a>
          </p>
        </div>
      </Setting>
      <ConfirmDialog />
    </section>
  );
}

const isLoopback = (hostname: string): boolean =>
  hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname);
