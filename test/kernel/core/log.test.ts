import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createLog } from '../../../src/adapters/log.ts';
import type { LogFields, LogLevel } from '../../../src/kernel/core/log.ts';
import { Secret } from '../../../src/kernel/core/secret.ts';

function capture(level: LogLevel = 'debug', fields?: LogFields) {
  const lines: string[] = [];
  const log = createLog({ level, write: (line) => lines.push(line), ...(fields ? { fields } : {}) });
  return { log, lines, last: () => JSON.parse(lines.at(-1) ?? '') };
}

function logged(fields: LogFields) {
  const { log, last } = capture();
  log.info('x', fields);
  return last();
}

describe('createLog: lines', () => {
  test('log: a JSON line holds time, level, message and fields', () => {
    const { log, lines, last } = capture('debug', { service: 'api' });
    log.warning('disk is\nnearly full', { free: 12 });
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/^\{[^\n]*\}\n$/);
    expect(last()).toMatchObject({ level: 'WARN', message: 'disk is\nnearly full', service: 'api', free: 12 });
    expect(Number.isNaN(Date.parse(last()['@timestamp']))).toBe(false);
  });

  test.each([
    ['debug', 4],
    ['info', 3],
    ['warning', 2],
    ['error', 1],
  ] as const)('log: level %s writes %i of the four levels', (level, count) => {
    const { log, lines } = capture(level);
    for (const method of ['debug', 'info', 'warning', 'error'] as const) log[method]('x');
    expect(lines).toHaveLength(count);
  });

  test('log: a field named like a column of the line is renamed to field_…', () => {
    expect(logged({ level: 'fake', message: 'fake', '@timestamp': 'fake' })).toMatchObject({
      level: 'INFO',
      message: 'x',
      field_level: 'fake',
      field_message: 'fake',
    });
  });

  test('log: braces in a message are not replaced by fields', () => {
    const { log, last } = capture();
    log.info('no {user} {*} {password here', { user: 'ada', password: 'hunter2' });
    expect(last()).toMatchObject({ message: 'no {user} {*} {password here', user: 'ada', password: '[redacted]' });
  });
});

describe('createLog: errors', () => {
  test('log: an error is written with message, stack, code and cause, at any depth', () => {
    const cause = Object.assign(new TypeError('reset'), { code: 'ECONNRESET' });
    const { error, list } = logged({ error: new Error('away', { cause }), list: [{ error: cause }] });
    expect(error).toMatchObject({
      name: 'Error',
      message: 'away',
      cause: { name: 'TypeError', message: 'reset', errorCode: 'ECONNRESET' },
    });
    expect(error.stack).toContain('log.test.ts');
    expect(list[0].error).toMatchObject({ message: 'reset', errorCode: 'ECONNRESET' });
  });

  test('log: an AggregateError is written with all its errors, also without a stack', () => {
    const bare = Object.assign(new Error('bare'), { stack: undefined });
    expect(logged({ error: new AggregateError([bare], 'all') }).error).toMatchObject({
      message: 'all',
      errors: [{ message: 'bare' }],
    });
  });

  test('log: an error that is its own cause ends with [circular]', () => {
    const error = new Error('round');
    error.cause = error;
    expect(logged({ error }).error.cause).toBe('[circular]');
  });

  test('log: a failed query is written without its parameters, also as a nested cause', () => {
    const failed = () =>
      Object.assign(new Error('Failed query: insert\nparams: ada@example.org'), { query: 'insert', params: ['ada@example.org'] });
    const line = logged({ error: failed(), deep: { list: [new Error('x', { cause: failed() })] } });
    expect(JSON.stringify(line)).not.toContain('ada@example.org');
    expect(line.error.message).toBe('Failed query: insert');
    expect(line.error.stack).toContain('Failed query: insert');
  });
});

describe('createLog: secrets', () => {
  const secretNames = [
    'password',
    'newPassword',
    'passphrase',
    'clientSecret',
    'token',
    'tokens',
    'refresh_token',
    'accessToken',
    'Authorization',
    'cookie',
    'set-cookie',
    'apiKey',
    'api_key',
    'X-API-Key',
    'code',
    'state',
    'ticket',
    'nonce',
    'key',
    'privateKey',
    'signature',
    'codeVerifier',
  ];
  const marked = fc.string().map((text) => `hunter2${text}`);
  const harmless = fc.string().map((name) => `of ${name}`);
  const nested = fc.letrec((tie) => ({
    value: fc.oneof({ maxDepth: 5 }, fc.integer(), fc.string(), tie('list'), tie('object')),
    list: fc.array(tie('value'), { maxLength: 3 }),
    object: fc.dictionary(harmless, tie('value'), { maxKeys: 3 }),
  })).value;

  test('log: a field with a secret name is redacted at any depth and of any shape', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...secretNames),
        fc.oneof(
          marked,
          marked.map((text) => [text]),
          marked.map((text) => ({ a: text })),
        ),
        fc.array(fc.constantFrom('a', 'b', '0'), { maxLength: 6 }),
        (name, secret, path) => {
          const fields = path.reduce<unknown>((inner, key) => (key === '0' ? [inner] : { [key]: inner }), { [name]: secret });
          expect(JSON.stringify(logged({ fields }))).not.toContain('hunter2');
          expect(JSON.stringify(logged(fields as LogFields))).not.toContain('hunter2');
        },
      ),
    );
  });

  test('log: fields without secrets are written unchanged', () => {
    fc.assert(
      fc.property(fc.dictionary(harmless, nested, { maxKeys: 5 }), (fields) => {
        const { kept, url, email } = logged({ kept: fields, url: { at: 'http://h:80' }, email: 'a@b.example' });
        expect(kept).toEqual(JSON.parse(JSON.stringify(fields)));
        expect([url, email]).toEqual([{ at: 'http://h:80' }, 'a@b.example']);
      }),
    );
  });

  test('log: numbers under the names code and tokens are written, under password redacted', () => {
    expect(logged({ code: 3, tokens: 12, signal: null, tokenType: 'bearer', password: 1234 })).toMatchObject({
      code: 3,
      tokens: 12,
      signal: null,
      tokenType: 'bearer',
      password: '[redacted]',
    });
  });

  test('log: a Secret is redacted in fields, lists and maps', () => {
    const line = logged({
      a: new Secret('hunter2'),
      b: [{ c: new Secret('hunter2') }],
      d: new Map([['e', new Secret('hunter2')]]),
    });
    expect(JSON.stringify(line)).not.toContain('hunter2');
    expect(line).toMatchObject({ a: '[redacted]', b: [{ c: '[redacted]' }], d: { e: '[redacted]' } });
  });

  const hidden = 'hunter2hunter2hunter2hunter2hunter2hunter2hun';
  test.each([
    ['a JWT', `eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.${hidden}`],
    ['the beginning of a JWT', `eyJ${hidden}`],
    ['a bearer token', `Bearer ${hidden}`],
    ['a basic credential', `authorization: basic ${hidden}==`],
    ['an API key', `pharos_${hidden.slice(0, 43)}`],
    ['a refresh token', `pr1.0190a0b0-0000-7000-8000-000000000000.1.${hidden}`],
    ['a password in a URL', `postgresql://u:${hidden}@h/db`],
    ['a password with an @ in a URL', `postgresql://u:a@${hidden}@h/db`],
    ['a password without a user in a URL', `redis://:${hidden}@h`],
    ['the code of a callback', `/auth/google/callback?state=${hidden}&code=${hidden}&scope=x`],
    ['the token of a link', `https://h/reset#token=${hidden}`],
    ['a token of a longer name', `https://h/?refresh_token=${hidden}`],
    ['the ticket of a stream', `/progress/events?ids=1&ticket=${hidden}`],
    ['a private key', `-----BEGIN PRIVATE KEY-----\n${hidden}\n-----END PRIVATE KEY-----`],
    ['a private key cut off', `-----BEGIN EC PRIVATE KEY-----\n${hidden}`],
  ])('log: %s is redacted in message, field and error', (_, text) => {
    const { log, lines, last } = capture();
    log.error(`failed: ${text}`, { path: text, list: [{ text }], url: new Error(text, { cause: text }) });
    expect(lines.join()).not.toContain('hunter2');
    expect(last().message).toContain('[redacted]');
  });

  test('log: values that resemble secrets stay readable', () => {
    const fields = { path: '/resources?limit=5&text=code', url: 'http://h:8000/a@b', name: 'pharos_chunks_vector_index' };
    expect(logged(fields)).toMatchObject(fields);
  });
});

describe('createLog: values', () => {
  test('log: any value becomes one line of JSON, without an exception', () => {
    const strange = fc.oneof(
      fc.anything({
        withBigInt: true,
        withDate: true,
        withMap: true,
        withSet: true,
        withTypedArray: true,
        withSparseArray: true,
      }),
      fc.constantFrom(
        () => 1,
        Symbol('s'),
        new Date(Number.NaN),
        new Headers({ authorization: 'hunter2' }),
        new ArrayBuffer(3),
        Promise.resolve(),
      ),
    );
    fc.assert(
      fc.property(strange, fc.string(), (value, message) => {
        const { log, lines } = capture();
        log.info(message, { value });
        expect(lines).toHaveLength(1);
        expect(lines[0]?.indexOf('\n')).toBe((lines[0]?.length ?? 0) - 1);
        expect(JSON.parse(lines[0] ?? '')).toMatchObject({ level: 'INFO' });
        expect(lines[0]).not.toContain('hunter2');
      }),
    );
  });

  test('log: big integers, dates, URLs, sets, headers, bytes and functions have a readable form', () => {
    const line = logged({
      big: 10n,
      at: new Date(0),
      never: new Date(Number.NaN),
      url: new URL('https://h/p'),
      set: new Set([1]),
      headers: new Headers({ accept: '*/*', cookie: 'hunter2' }),
      bytes: new Uint8Array(3),
      buffer: new ArrayBuffer(4),
      call: () => 1,
      absent: undefined,
    });
    expect(line).toMatchObject({
      big: '10',
      at: '1970-01-01T00:00:00.000Z',
      never: null,
      url: 'https://h/p',
      set: [1],
      headers: { accept: '*/*', cookie: '[redacted]' },
      bytes: '[3 bytes]',
      buffer: '[4 bytes]',
      call: '[function]',
    });
    expect(line).not.toHaveProperty('absent');
  });

  test('log: a getter that throws is written as [unreadable], the other fields as they are', () => {
    const broken = {
      get a(): never {
        throw new Error('on purpose');
      },
      b: 1,
      toJSON(): never {
        throw new Error('on purpose');
      },
    };
    expect(logged({ broken, c: 2 })).toMatchObject({ broken: { a: '[unreadable]', b: 1 }, c: 2 });
  });

  test('log: cycles end with [circular] and deep objects with [too deep]', () => {
    const round: Record<string, unknown> = {};
    round.self = { round };
    let deep: unknown = 'bottom';
    for (let i = 0; i < 10_000; i++) deep = { deep };
    const line = logged({ round, deep, twice: [round, round] });
    expect(JSON.stringify(line.round)).toContain('[circular]');
    expect(JSON.stringify(line.deep)).toContain('[too deep]');
    expect(line.twice[1]).toEqual(line.twice[0]);
  });
});

describe('createLog: text', () => {
  function text(level: LogLevel, message: string, fields?: LogFields) {
    const lines: string[] = [];
    createLog({ level: 'debug', format: 'text', write: (line) => lines.push(line), fields: { service: 'api' } })[level](
      message,
      fields,
    );
    return lines.join('');
  }

  test('text log: a line holds time, level, service, message and fields', () => {
    expect(text('warning', 'disk is nearly full', { free: 12, path: '/data', note: 'two words', deep: { a: [1] } })).toMatch(
      /^\d\d:\d\d:\d\d\.\d{3} WARN {2}api {4}disk is nearly full free=12 path=\/data note="two words" deep=\{"a":\[1\]\}\n$/,
    );
  });

  test('text log: an error shows its message in the line and its stack and cause below', () => {
    const lines = text('error', 'request failed', { error: new Error('broken', { cause: new TypeError('reset') }) }).split('\n');
    expect(lines[0]).toMatch(/ERROR api {4}request failed error=broken$/);
    expect(lines[1]).toBe('    Error: broken');
    expect(lines).toContain('    caused by TypeError: reset');
  });

  test('text log: secrets are redacted as in JSON', () => {
    const line = text('info', 'Bearer hunter2hunter2', {
      password: 'hunter2',
      at: new Secret('hunter2'),
      url: 'redis://:hunter2@h',
    });
    expect(line).not.toContain('hunter2');
    expect(line).toContain('password=[redacted]');
  });

  test('text log: no value begins a line of its own or sends control characters to the terminal', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (message, value) => {
        expect(text('info', message, { value })).toMatch(/^\P{Cc}*\n$/u);
      }),
    );
  });
});
