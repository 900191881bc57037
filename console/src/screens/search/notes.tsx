/** Notes above the results: another spelling, a weak match, no meaning at the moment, a failure. */

import { type Asked, addressOf } from '../../api/asked.ts';
import { reasonOf } from '../../api/errors.ts';
import type { Answer } from '../../api/search-answers.ts';
import { Button } from '../../parts/button.tsx';
import { Icon } from '../../parts/icon.tsx';
import { search as texts } from '../../texts/search.ts';

export function Notes({ shown }: { shown: Answer }) {
  const { corrected, weak, degraded } = shown.first;
  return (
    <>
      {corrected && <Corrected asked={shown.asked} {...corrected} />}
      {degraded && shown.asked.mode !== 'keyword' && <Note {...texts.degraded} />}
      {weak && shown.hits.length > 0 && <Note {...texts.weak} />}
    </>
  );
}

function Corrected({ asked, from, to }: { asked: Asked; from: string; to: string }) {
  return (
    <p class="corrected">
      {texts.corrected} <strong>{to}</strong>.{' '}
      <a class="link" href={addressOf({ ...asked, q: `"${from.replaceAll('"', ' ').trim()}"` })}>
        {texts.insteadOf(from)}
      </a>
    </p>
  );
}

function Note({ title, text }: { title: string; text: string }) {
  return (
    <div class="note">
      <Icon name="hint" />
      <p>
        <strong>{title}</strong> {text}
      </p>
    </div>
  );
}

export function Failed({ error, onAgain }: { error: unknown; onAgain: () => void }) {
  return (
    <div class="note" role="alert">
      <Icon name="alert" />
      <p>
        <strong>{texts.failed.title}</strong> {reasonOf(error, texts.failed.unreachable)}
      </p>
      <Button small class="push" onClick={onAgain}>
        {texts.failed.again}
      </Button>
    </div>
  );
}
