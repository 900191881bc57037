/** The input of an operation as a form that sends it, with the same request for curl and the response. */
import { useState } from 'preact/hooks';
import { Button } from '../../parts/button.tsx';
import { CodeBlock } from '../../parts/copy.tsx';
import { Select } from '../../parts/select.tsx';
import { reference } from '../../texts/reference.ts';
import { BodyText } from './body-text.tsx';
import { exampleOf } from './example.ts';
import { useExchange } from './exchange.ts';
import { formFieldsOf, objectsIn } from './fields.ts';
import { type OpenApiDocument, type Operation, scopeOf, titleOf } from './openapi.ts';
import { curlOf, isForm, keyOf, requestOf, type Values } from './request.ts';
import { ResponseDocs } from './response-docs.tsx';
import { ResponseView } from './response-view.tsx';
import { Fold, SchemaView } from './schema-view.tsx';
import { type Errors, errorsOf, isPage } from './try.ts';
import { ValueField } from './value-field.tsx';

const { request: texts } = reference;
const PLACES = ['path', 'query', 'header'] as const;

interface Props {
  readonly document: OpenApiDocument;
  readonly operation: Operation;
}

export function RequestForm({ document, operation }: Props) {
  const types = Object.keys(operation.requestBody?.content ?? {});
  const [values, setValues] = useState<Values>(() => beginning(document, operation, types[0]));
  const [errors, setErrors] = useState<Errors>({});
  const exchange = useExchange();
  const shown = exchange.current.value;
  const isBusy = shown?.state === 'waits' || shown?.state === 'receiving';
  const request = requestOf(document, operation, values);
  const takesNothing = (operation.parameters ?? []).length === 0 && types.length === 0;

  function onSubmit(event: SubmitEvent) {
    event.preventDefault();
    if (isBusy) return;
    const found = errorsOf(document, operation, values);
    setErrors(found);
    const form = event.currentTarget as HTMLFormElement;
    if (Object.keys(found).length > 0) requestAnimationFrame(() => form.querySelector<HTMLElement>('[aria-invalid]')?.focus());
    else void exchange.send(request);
  }

  return (
    <form class="try" noValidate onSubmit={onSubmit}>
      <div class="try__in">
        {takesNothing && <p class="quiet">{texts.noInput}</p>}
        {PLACES.map((place) => (
          <ParameterFields
            key={place}
            {...{ document, operation, place, values, errors }}
            onChange={(key, value) =>
              setValues((old) => ({ ...old, parameters: { ...old.parameters, [key]: typeof value === 'string' ? value : '' } }))
            }
          />
        ))}
        {types.length > 1 && (
          <Select
            label={texts.contentType}
            value={values.contentType ?? ''}
            options={types.map((type) => ({ value: type, label: type }))}
            onChange={(type) => setValues({ ...beginning(document, operation, type), parameters: values.parameters })}
          />
        )}
        {types.length > 0 && <BodyFields {...{ document, operation, values, errors }} onChange={setValues} />}
      </div>
      <div class="try__out">
        <section>
          <h4>{texts.curl}</h4>
          <CodeBlock
            label={reference.partOf(texts.curl, titleOf(operation))}
            code={curlOf(addressOf(document), request, scopeOf(operation) === null)}
          />
        </section>
        <p class="row">
          {isPage(operation) ? (
            <>
              <a class="btn" href={request.path} target="_blank" rel="noopener">
                {texts.open}
              </a>
              <span class="quiet">{texts.page}</span>
            </>
          ) : (
            <Button kind="primary" type="submit" busy={isBusy}>
              {texts.send}
            </Button>
          )}
          {isBusy && <Button onClick={exchange.stop}>{texts.stop}</Button>}
        </p>
        {shown && <ResponseView exchange={shown} operation={operation} />}
        <ResponseDocs document={document} operation={operation} />
      </div>
    </form>
  );
}

/** The server's public address; this one until the document names it. */
const addressOf = ({ servers }: OpenApiDocument) => servers?.[0]?.url ?? location.origin;

function beginning(document: OpenApiDocument, { requestBody }: Operation, contentType: string | undefined): Values {
  const schema = contentType === undefined ? undefined : requestBody?.content[contentType]?.schema;
  const text = schema && !isForm(contentType) ? JSON.stringify(exampleOf(document, schema), null, 2) : '';
  return { parameters: {}, contentType, text, form: {} };
}

interface FieldsProps extends Props {
  readonly values: Values;
  readonly errors: Errors;
}

interface ParameterProps extends FieldsProps {
  readonly place: (typeof PLACES)[number];
  readonly onChange: (key: string, value: string | File | undefined) => void;
}

function ParameterFields({ document, operation, place, values, errors, onChange }: ParameterProps) {
  const parameters = (operation.parameters ?? []).filter((parameter) => parameter.in === place);
  if (parameters.length === 0) return null;
  return (
    <section>
      <h4>{texts[place]}</h4>
      <div class="try__fields">
        {parameters.map((parameter) => {
          const key = keyOf(parameter);
          const { name, required = false, description, schema = {} } = parameter;
          const described = description === undefined ? schema : { ...schema, description };
          return (
            <ValueField
              key={key}
              document={document}
              field={{ name, required, schema: described }}
              value={values.parameters[key]}
              error={errors[key]}
              onChange={(value) => onChange(key, value)}
            />
          );
        })}
      </div>
    </section>
  );
}

function BodyFields({
  document,
  operation,
  values,
  errors,
  onChange,
}: FieldsProps & { readonly onChange: (values: Values) => void }) {
  const { contentType = '', text, form } = values;
  const schema = operation.requestBody?.content[contentType]?.schema ?? {};
  if (isForm(contentType)) {
    return (
      <section>
        <h4>{texts.body}</h4>
        <div class="try__fields">
          {formFieldsOf(document, schema).map((field) => (
            <ValueField
              key={field.name}
              document={document}
              field={field}
              value={form[field.name]}
              error={errors[`body ${field.name}`]}
              onChange={(value) => onChange({ ...values, form: { ...form, [field.name]: value ?? '' } })}
            />
          ))}
        </div>
      </section>
    );
  }
  return (
    <section class="try__json">
      <h4>{texts.body}</h4>
      <BodyText
        contentType={contentType}
        text={text}
        error={errors.body}
        onInput={(typed) => onChange({ ...values, text: typed })}
      />
      {objectsIn(document, schema).length > 0 && (
        <Fold summary={reference.fieldsOfBody}>{() => <SchemaView document={document} schema={schema} />}</Fold>
      )}
    </section>
  );
}
