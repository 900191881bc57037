/** Every part in every state: `/app/kit`, in development builds alone. */
import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { Bar, Score } from '../../parts/bar.tsx';
import { Button, type ButtonProps } from '../../parts/button.tsx';
import { Check } from '../../parts/check.tsx';
import { Chip, Kind } from '../../parts/chip.tsx';
import { CodeBlock, CopyLine } from '../../parts/copy.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { Empty } from '../../parts/empty.tsx';
import { Field } from '../../parts/field.tsx';
import { Marked } from '../../parts/mark.tsx';
import { Segments } from '../../parts/segments.tsx';
import { Select } from '../../parts/select.tsx';
import { Skeleton } from '../../parts/skeleton.tsx';
import { type StageState, Stages } from '../../parts/stages.tsx';
import { Tabs } from '../../parts/tabs.tsx';
import { ToastBox, toast } from '../../parts/toast.tsx';
import { VirtualList } from '../../parts/virtual-list.tsx';
import { WhyFound } from '../../parts/why-found.tsx';
import '../../styles/kit.css';

const Part = ({ title, children }: { title: string; children: ComponentChildren }) => (
  <section class="stack stack--full">
    <h2>{title}</h2>
    {children}
  </section>
);

const nothing = () => undefined;

export default function KitScreen() {
  return (
    <section class="screen">
      <header class="head">
        <h1>Reference sheet</h1>
        <p>Every part in every state.</p>
      </header>
      <div class="kit">
        <Buttons />
        <Fields />
        <Signs />
        <Progress />
        <Messages />
        <Structure />
      </div>
    </section>
  );
}

function Buttons() {
  const kinds: readonly ButtonProps['kind'][] = [undefined, 'primary', 'plain', 'danger', 'danger-fill'];
  const mode = useSignal<'both' | 'meaning'>('both');
  return (
    <Part title="Buttons">
      {kinds.map((kind) => (
        <div key={kind ?? 'rest'} class="kit__row">
          {[false, true].map((small) => (
            <span key={String(small)} class="row">
              <Button {...(kind && { kind })} small={small}>
                Rest
              </Button>
              <Button {...(kind && { kind })} small={small} disabled>
                Disabled
              </Button>
              <Button {...(kind && { kind })} small={small} busy>
                Working
              </Button>
            </span>
          ))}
        </div>
      ))}
      <div class="kit__row">
        <Button icon="copy" aria-label="Copy" />
        <Button icon="key">Make a key</Button>
        <Segments
          label="Search by"
          value={mode.value}
          options={[
            { value: 'both', shown: 'Both' },
            { value: 'meaning', shown: 'Meaning' },
          ]}
          onChange={(value) => {
            mode.value = value;
          }}
        />
      </div>
    </Part>
  );
}

function Fields() {
  const tier = useSignal<'free' | 'premium'>('premium');
  const box = useSignal(true);
  return (
    <Part title="Fields">
      <div class="meters">
        <Field label="Username" value="keeper" />
        <Field label="E-mail" value="keeper@example" error="The part after @ needs a dot, as in example.org." />
        <Field label="Password" type="password" value="locked" disabled hint="Managed by your provider." />
        <Select
          label="Tier"
          value={tier.value}
          options={[
            { value: 'free', label: 'free' },
            { value: 'premium', label: 'premium' },
          ]}
          onChange={(value) => {
            tier.value = value;
          }}
        />
      </div>
      <div class="kit__row">
        <Check
          label="Checked"
          checked={box.value}
          onChange={(value) => {
            box.value = value;
          }}
        />
        <Check label="Some" checked={false} mixed onChange={nothing} />
        <Check label="Not checked" checked={false} onChange={nothing} />
      </div>
    </Part>
  );
}

function Signs() {
  return (
    <Part title="Signs">
      <div class="kit__row">
        <WhyFound by="words" />
        <WhyFound by="meaning" />
        <WhyFound by="both" long />
        <Score value={0.91} label="Score" />
        <Score value={0.34} label="Score" />
        <Bar value={0.6} label="Storage" width="6rem" />
        <Bar value={0.4} label="Building" role="progressbar" state="active" width="6rem" />
        <Kind>PDF</Kind>
        <Chip remove={{ label: 'Remove the tag optics', onRemove: nothing }}>optics</Chip>
        <Chip pressed onPress={nothing}>
          Manuals
        </Chip>
        <Chip pressed={false} onPress={nothing}>
          Recipes
        </Chip>
        <Chip href="/app/kit">A link</Chip>
      </div>
      <p>
        <Marked
          text="The lamp glass is to be cleaned every morning."
          ranges={[
            [4, 14],
            [38, 45],
          ]}
        />{' '}
        <Marked text="Wipe the steam wand after each use." by="meaning" ranges={[[0, 34]]} />
      </p>
    </Part>
  );
}

function Progress() {
  const names = ['Ingestion', 'Quality', 'Taxonomy', 'Graph', 'Embedding'];
  const of = (...states: [StageState, number][]) =>
    names.map((name, index) => ({ name, state: states[index]?.[0] ?? 'pending', progress: states[index]?.[1] ?? 0 }));
  return (
    <Part title="Five stages">
      <Stages named stages={of()} />
      <Stages named stages={of(['done', 1], ['active', 0.62], ['pending', 0], ['pending', 0], ['active', 0.2])} />
      <Stages named stages={of(['done', 1], ['stale', 0.62])} />
      <Stages named stages={of(['failed', 0])} />
      <Stages named stages={of(['done', 1], ['done', 1], ['done', 1], ['done', 1], ['done', 1])} />
    </Part>
  );
}

function Messages() {
  const isOpen = useSignal(false);
  return (
    <Part title="Messages">
      <ToastBox message={{ text: 'Deleted 3 documents.', undo: nothing }} onUndo={nothing} onDismiss={nothing} />
      <ToastBox
        message={{ text: 'Not saved: the server did not answer. Try again in a minute.', failed: true }}
        onUndo={nothing}
        onDismiss={nothing}
      />
      <div class="kit__row">
        <Button onClick={() => toast({ text: 'Deleted 1 document.', undo: () => toast({ text: 'Undone.' }) })}>
          Show a message
        </Button>
        <Button
          onClick={() => {
            isOpen.value = true;
          }}
        >
          Open a dialog
        </Button>
      </div>
      <Dialog
        open={isOpen.value}
        title="A dialog"
        onClose={() => {
          isOpen.value = false;
        }}
      >
        <p class="soft">It closes by Escape, and by a press beside it.</p>
      </Dialog>
      <Empty title="Nothing here">
        <p>Drop files above, and watch them come in.</p>
      </Empty>
      <Skeleton />
    </Part>
  );
}

function Structure() {
  const tab = useSignal('read');
  return (
    <>
      <Part title="Tabs, code, lists">
        <Tabs
          label="Document"
          current={tab.value}
          tabs={[
            { id: 'read', label: 'Read', panel: () => <p>The text.</p> },
            { id: 'passages', label: 'Passages', count: 14, panel: () => <p>The passages.</p> },
          ]}
          onChange={(id) => {
            tab.value = id;
          }}
        />
        <CopyLine text="https://pharos.example.org/mcp" primary />
        <CodeBlock label="Example" code={'curl -G https://pharos.example.org/search \\\n  --data-urlencode "q=lamp glass"'} />
      </Part>
      <Part title="Ten thousand rows">
        <VirtualList label="Rows" count={10_000} rowHeight={44} keyOf={String}>
          {(index) => <span class="num">Row {index + 1}</span>}
        </VirtualList>
      </Part>
    </>
  );
}
