/**
 * Resources of one request. On Workers a request cannot use a socket that another request opened. Anything that holds sockets
 * is therefore opened per request, at its first use, and closed when the response and its background work have ended.
 */
import { AsyncLocalStorage } from 'node:async_hooks';

export interface Opened<T> {
  readonly value: T;
  close(): Promise<void>;
}

export interface RequestScopes<T> {
  /** The resource of the current request, which the first call opens. Throws outside of a request. */
  current(): T;
  /** Keeps the request's resource open, and the isolate alive, until `work` has ended. `work` must not reject. */
  keepOpenUntil(work: Promise<void>): void;
  /** Runs `work` in a new scope; `waitUntil` is that of the platform's context. */
  run(waitUntil: (promise: Promise<unknown>) => void, work: () => Promise<Response>): Promise<Response>;
}

interface Scope<T> {
  opened: Opened<T> | undefined;
  holders: number;
  readonly waitUntil: (promise: Promise<unknown>) => void;
}

export function createRequestScopes<T>(open: () => Opened<T>): RequestScopes<T> {
  const storage = new AsyncLocalStorage<Scope<T>>();

  function hold(scope: Scope<T>): () => void {
    scope.holders += 1;
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      scope.holders -= 1;
      if (scope.holders > 0 || !scope.opened) return;
      const { opened } = scope;
      scope.opened = undefined;
      // A connection that fails while it is being closed counts as closed.
      scope.waitUntil(opened.close().catch(() => undefined));
    };
  }

  function inScope(): Scope<T> {
    const scope = storage.getStore();
    if (!scope) throw new Error('request-scoped resources cannot be opened outside of a request');
    return scope;
  }

  return {
    current: () => {
      const scope = inScope();
      scope.opened ??= open();
      return scope.opened.value;
    },
    keepOpenUntil: (work) => {
      const scope = inScope();
      scope.waitUntil(work.finally(hold(scope)));
    },
    run: async (waitUntil, work) => {
      const scope: Scope<T> = { opened: undefined, holders: 0, waitUntil };
      const release = hold(scope);
      try {
        const response = await storage.run(scope, work);
        if (!response.body || !isStream(response)) return response;
        const body = whileOpen(response.body, hold(scope), (read) => storage.run(scope, read));
        return new Response(body, response);
      } finally {
        release();
      }
    },
  };
}

/** Every other body is complete before its response is returned. */
const isStream = (response: Response) => response.headers.get('content-type')?.startsWith('text/event-stream') ?? false;

/** The same body, read within the request's scope; calls `ended` after the last read. */
function whileOpen<T>(body: ReadableStream<T>, ended: () => void, within: (read: () => Promise<void>) => Promise<void>) {
  const reader = body.getReader();
  return new ReadableStream<T>(
    {
      pull: (controller) =>
        within(async () => {
          const { value, done } = await reader.read();
          if (!done) return controller.enqueue(value);
          ended();
          controller.close();
        }).catch((error: unknown) => {
          ended();
          throw error;
        }),
      cancel: (reason) => within(() => reader.cancel(reason)).finally(ended),
    },
    { highWaterMark: 0 },
  );
}

/** An object that looks up every property in the result of `current()`, at each access. */
export function lazy<T extends object>(current: () => T): T {
  return new Proxy({} as T, {
    get: (_, property) => {
      const target = current();
      const value: unknown = Reflect.get(target, property, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}
