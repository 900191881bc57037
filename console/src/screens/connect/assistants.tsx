/** What a person does in each assistant. */
import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { type Tab, Tabs } from '../../parts/tabs.tsx';
import { connect } from '../../texts.ts';

const { steps: texts } = connect;

const Claude = () => (
  <ol class="steps">
    <Step>
      In Claude, open <strong>Settings › Connectors</strong> and choose <strong>Add custom connector</strong>.
    </Step>
    <Step>
      Name it <strong>Pharos</strong> and paste the address above.
    </Step>
    <Step>
      Choose <strong>Connect</strong>. Pharos opens, says what Claude may do, and asks you to allow it.
    </Step>
    <Step>
      Try it: ask <em>“What do my documents say about cleaning the lamp glass?”</em>
    </Step>
  </ol>
);

const ChatGpt = () => (
  <ol class="steps">
    <Step>
      In ChatGPT, open <strong>Settings › Apps &amp; Connectors › Advanced</strong> and turn on developer mode.
    </Step>
    <Step>
      Choose <strong>Create</strong>, name it <strong>Pharos</strong>, paste the address above, and leave the authentication at{' '}
      <strong>OAuth</strong>.
    </Step>
    <Step>Allow the access when Pharos asks.</Step>
  </ol>
);

const Other = () => (
  <ol class="steps">
    <Step>
      Where the assistant asks for a server address, paste the one above; the transport is <strong>streamable HTTP</strong>.
    </Step>
    <Step>
      If it cannot open a browser, make a key below and send it as <code>Authorization: Bearer</code>.
    </Step>
  </ol>
);

const Step = ({ children }: { children: ComponentChildren }) => (
  <li>
    <div>
      <p>{children}</p>
    </div>
  </li>
);

const TABS: readonly Tab[] = [
  { id: 'claude', label: texts.claude, panel: Claude },
  { id: 'chatgpt', label: texts.chatgpt, panel: ChatGpt },
  { id: 'other', label: texts.other, panel: Other },
];

export function Assistants() {
  const [current, setCurrent] = useState('claude');
  return (
    <div class="stack stack--full">
      <Tabs label={texts.label} tabs={TABS} current={current} onChange={setCurrent} />
    </div>
  );
}
