/** A field for a value that the document describes: its name, its type, what it may be, and what it means. */
import { useId } from 'preact/hooks';
import { FieldError } from '../../parts/field.tsx';
import { reference } from '../../texts/reference.ts';
import { choicesOf, type SchemaField, takesSeveral } from './fields.ts';
import { isBinary, type OpenApiDocument, resolved, type Schema } from './openapi.ts';
import { Prose } from './prose.tsx';
import { limitsOf, typeOf } from './schema-words.ts';

const { request: texts } = reference;

interface Props {
  readonly document: OpenApiDocument;
  readonly field: SchemaField;
  readonly value: string | File | undefined;
  readonly error: string | undefined;
  readonly onChange: (value: string | File | undefined) => void;
}

/** A field that is left empty is not sent. */
const withoutNull = (schema: Schema): Schema =>
  Array.isArray(schema.type) ? { ...schema, type: schema.type.filter((type: string) => type !== 'null') } : schema;

const MAX_TYPED = 100_000;

export function ValueField({ document, field: { name, schema: given, required }, value, error, onChange }: Props) {
  const id = useId();
  const schema = resolved(document, given);
  const isSeveral = takesSeveral(document, schema);
  const choices = isSeveral ? undefined : choicesOf(document, schema);
  const limits = limitsOf(schema).join(', ');
  const described = `${id}-hint${error === undefined ? '' : ` ${id}-error`}`;
  const common = {
    id,
    class: 'input',
    'aria-invalid': error === undefined ? undefined : ('true' as const),
    'aria-describedby': described,
    'aria-required': required,
  };
  const text = typeof value === 'string' ? value : '';

  function control() {
    if (isBinary(schema)) {
      return <input {...common} type="file" onChange={({ currentTarget }) => onChange(currentTarget.files?.[0])} />;
    }
    if (choices) {
      return (
        <select {...common} value={text} onChange={({ currentTarget }) => onChange(currentTarget.value)}>
          <option value="">{texts.notSet}</option>
          {choices.map((choice) => (
            <option key={choice} value={choice}>
              {choice}
            </option>
          ))}
        </select>
      );
    }
    const typing = {
      ...common,
      value: text,
      autocomplete: 'off',
      spellcheck: false,
      onInput: ({ currentTarget }: { currentTarget: { value: string } }) => onChange(currentTarget.value),
    };
    if (isSeveral || schema.type === 'object') return <textarea {...typing} rows={1} maxLength={MAX_TYPED} />;
    return (
      <input
        {...typing}
        type={(/password/.test(name) ? 'password' : 'text') as 'text'}
        maxLength={schema.maxLength ?? MAX_TYPED}
      />
    );
  }

  return (
    <div class="field valuefield">
      <span class="row row--apart">
        <label class="label" for={id}>
          <code>{name}</code>
        </label>
        <span class="quiet">
          {typeOf(withoutNull(given))}
          {required && `, ${texts.required}`}
        </span>
      </span>
      {control()}
      <span class="field__hint" id={`${id}-hint`}>
        {schema.description !== undefined && <Prose text={`${schema.description.replace(/\.$/, '')}. `} />}
        {limits !== '' && `${limits[0]?.toUpperCase()}${limits.slice(1)}. `}
        {isSeveral && texts.several}
      </span>
      {error !== undefined && <FieldError id={`${id}-error`}>{error}</FieldError>}
    </div>
  );
}
