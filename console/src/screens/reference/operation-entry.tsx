/** An operation: its line, and what it takes and gives once it is open. */
import { Icon } from '../../parts/icon.tsx';
import { reference } from '../../texts/reference.ts';
import { type OpenApiDocument, type Operation, scopeOf, takesKeys } from './openapi.ts';
import { Prose } from './prose.tsx';
import { RequestForm } from './request-form.tsx';

const { access: texts } = reference;

interface Props {
  readonly document: OpenApiDocument;
  readonly operation: Operation;
  readonly isOpen: boolean;
  readonly onToggle: () => void;
}

export function OperationEntry({ document, operation, isOpen, onToggle }: Props) {
  const { operationId: id, method, path, summary, description } = operation;
  return (
    <article class="op" id={id}>
      <h3>
        <button type="button" aria-expanded={isOpen} aria-controls={isOpen ? `${id}-panel` : undefined} onClick={onToggle}>
          <b data-method={method}>{method}</b>
          <code>{path}</code>
          <span class="op__summary">{summary}</span>
          <Icon name="down" small />
        </button>
      </h3>
      {isOpen && (
        <div class="op__panel" id={`${id}-panel`}>
          {description !== undefined && (
            <p class="op__text">
              <Prose text={description} />
            </p>
          )}
          <p class="quiet">{accessOf(operation)}</p>
          <RequestForm document={document} operation={operation} />
        </div>
      )}
    </article>
  );
}

function accessOf(operation: Operation): string {
  const scope = scopeOf(operation);
  if (scope === null) return texts.open;
  if (takesKeys(operation)) return scope === '' ? texts.any : texts.scope(scope);
  return scope === '' ? texts.login : texts.scopeOfLogin(scope);
}
