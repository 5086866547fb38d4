import { type HttpHandler, type HttpHandlerOptions, type HttpRequest, HttpResponse } from '@smithy/core/protocols';
import type { Account, Answer } from './account.ts';

/** How requests travel in process, in ms by the timers that are installed. */
export interface HandlerOptions {
  /** How long a request travels before the account sees it; no wait by default. */
  readonly latency?: (request: { readonly path: string }) => number;
  /** How long the client waits for an answer before it gives up with a TimeoutError; for ever by default. */
  readonly timeoutMs?: number;
}

/** A `requestHandler` for SDK clients that answers from `account`, without a socket. */
export function requestHandler(account: Account, options: HandlerOptions = {}): HttpHandler {
  return {
    metadata: { handlerProtocol: 'simulated' },
    httpHandlerConfigs: () => ({}),
    updateHttpClientConfig() {},
    destroy() {},
    handle: (request, handling = {}) => withinLimits(answered(account, request, options), handling, options.timeoutMs),
  };
}

async function answered(
  account: Account,
  request: HttpRequest,
  { latency }: HandlerOptions,
): Promise<{ response: HttpResponse }> {
  const { method, headers } = request;
  const path = withQuery(request);
  const { statusCode, ...response } = await travelled(latency?.({ path }) ?? 0, () =>
    account.handle({ method, path, headers, body: textOf(request.body) }),
  );
  return {
    response: new HttpResponse({ statusCode, headers: response.headers, body: Buffer.from(response.body) }),
  };
}

function withQuery({ path, query }: HttpRequest): string {
  const given = Object.entries(query ?? {}).flatMap(([name, value]) =>
    (Array.isArray(value) ? value : [value ?? '']).map((one): [string, string] => [name, one]),
  );
  return given.length ? `${path}?${new URLSearchParams(given)}` : path;
}

/** What comes back of a call that travels for so long before the account sees it. */
export async function travelled<T>(travelMs: number, call: () => Answer<T> | Promise<Answer<T>>): Promise<T> {
  if (travelMs > 0) await wait(travelMs);
  const answer = await call();
  if (answer.kind === 'reset') throw Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });
  if (answer.kind === 'silence') return new Promise<never>(() => {});
  if (answer.delayMs > 0) await wait(answer.delayMs);
  return answer.response;
}

function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

function textOf(body: unknown): string {
  if (body === undefined || body === null) return '';
  if (typeof body === 'string') return body;
  // By its memory: the SDK's JSON body is a Uint8Array that complains when it is taken for a string.
  if (body instanceof Uint8Array) return Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8');
  throw new TypeError('the simulated account takes no streams');
}

/** Rejects when the caller aborts, or when it has waited long enough. */
export function withinLimits<T>(
  work: Promise<T>,
  { abortSignal }: HttpHandlerOptions,
  timeoutMs: number | undefined,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(Object.assign(new Error('Request aborted'), { name: 'AbortError' }));
    if (abortSignal?.aborted) return abort();
    if (abortSignal) abortSignal.onabort = abort;
    const timer =
      timeoutMs === undefined
        ? undefined
        : setTimeout(
            () => reject(Object.assign(new Error('The request timed out'), { name: 'TimeoutError' })),
            timeoutMs,
          );
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
