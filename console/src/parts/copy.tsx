/** Text to take along: a line or a block of code, with a button that copies it. */
import { useSignal } from '@preact/signals';
import { parts as texts } from '../texts/parts.ts';
import { Icon } from './icon.tsx';
import { toast } from './toast.tsx';

const SAID_MS = 1_600;

export function CopyButton({ text, primary = false }: { text: string; primary?: boolean }) {
  const isCopied = useSignal(false);
  async function copy() {
    try {
      await navigator.clipboard.writeText(text);
      isCopied.value = true;
      setTimeout(() => {
        isCopied.value = false;
      }, SAID_MS);
    } catch {
      // Without https, or without the permission.
      toast({ text: texts.notCopied, failed: true });
    }
  }
  return (
    <button class={primary ? 'btn btn--primary btn--sm' : 'btn btn--sm'} type="button" onClick={copy}>
      <Icon name={isCopied.value ? 'check' : 'copy'} small />
      <span aria-live="polite">{isCopied.value ? texts.copied : texts.copy}</span>
    </button>
  );
}

export function CopyLine({ text, primary = false }: { text: string; primary?: boolean }) {
  return (
    <div class="copyline">
      <code>{text}</code>
      <CopyButton text={text} primary={primary} />
    </div>
  );
}

export function CodeBlock({ code, label }: { code: string; label: string }) {
  return (
    <div class="code">
      {/* biome-ignore-start lint/a11y: a wide block is scrolled by keyboard, so it has the focus and a name */}
      <pre tabIndex={0} role="region" aria-label={label}>
        <code>{withStrings(code)}</code>
      </pre>
      {/* biome-ignore-end lint/a11y: as above */}
      <CopyButton text={code} />
    </div>
  );
}

/** Strings in quotes are coloured, as an editor does. */
const withStrings = (code: string) => code.split('"').map((part, i) => (i % 2 === 1 ? <b key={i}>"{part}"</b> : part));
