/** The response to a request that was tried. */
import { useEffect, useState } from 'preact/hooks';
import { CodeBlock } from '../../parts/copy.tsx';
import { reference } from '../../texts/reference.ts';
import { bytes } from '../../texts/sizes.ts';
import { type Exchange, MAX_SHOWN } from './exchange.ts';
import { type Operation, titleOf } from './openapi.ts';
import { Fold } from './schema-view.tsx';

const { response: texts } = reference;

interface Props {
  readonly exchange: Exchange;
  readonly operation: Operation;
}

export function ResponseView({ exchange, operation }: Props) {
  const named = (part: string) => reference.partOf(part, titleOf(operation));
  const { status, headers } = exchange;
  return (
    <section class="response" aria-label={named(texts.title)}>
      <h4>{texts.title}</h4>
      <p role="status" class="num" data-state={status >= 400 || exchange.state === 'failed' ? 'failed' : undefined}>
        {lineOf(exchange)}
      </p>
      {headers.length > 0 && (
        <Fold summary={texts.headers}>
          {() => <CodeBlock label={named(texts.headers)} code={headers.map((header) => header.join(': ')).join('\n')} />}
        </Fold>
      )}
      {status > 0 && <Body exchange={exchange} operation={operation} />}
    </section>
  );
}

function lineOf({ state, status, statusText, ms, bytes: count }: Exchange): string {
  if (state === 'waits') return texts.waits;
  if (state === 'failed') return texts.failed;
  if (state === 'redirected') return texts.redirect;
  if (state === 'receiving') return texts.receiving(status);
  const line = status === 0 ? '' : `${texts.line(status, statusText, ms, bytes(count))} `;
  return state === 'stopped' ? `${line}${texts.stopped}` : line;
}

function Body({ exchange: { state, contentType, text, isCut, whole, bytes: count }, operation }: Props) {
  if (count === 0) return state === 'receiving' ? null : <p class="quiet">{texts.empty}</p>;
  return (
    <>
      {text !== undefined && (
        <CodeBlock
          label={reference.partOf(texts.body, titleOf(operation))}
          code={state === 'ended' && !isCut ? indented(text, contentType) : text}
        />
      )}
      <p class="row">
        {text === undefined && <span class="quiet">{texts.binary(contentType)}</span>}
        {isCut && <span class="quiet">{texts.cut(bytes(MAX_SHOWN))}</span>}
        {whole && (isCut || text === undefined) && <SaveLink whole={whole} name={operation.operationId} />}
      </p>
    </>
  );
}

function indented(text: string, contentType: string): string {
  if (!/[/+]json\b/.test(contentType)) return text;
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

function SaveLink({ whole, name }: { whole: Blob; name: string }) {
  const [address, setAddress] = useState<string>();
  useEffect(() => {
    const made = URL.createObjectURL(whole);
    setAddress(made);
    return () => URL.revokeObjectURL(made);
  }, [whole]);
  if (address === undefined) return null;
  return (
    <a class="btn btn--sm" href={address} download={name}>
      {texts.save}
    </a>
  );
}
