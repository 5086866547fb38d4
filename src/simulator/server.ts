import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { RekeyError } from '../errors/index.ts';
import type { Account } from './account.ts';
import type { FaultRule } from './faults.ts';
import { type DatabaseListeners, databaseListeners } from './rds/sql/database-listeners.ts';
import { AwsError, type WireResponse } from './wire/message.ts';
import { fallbackProtocol } from './wire/route.ts';

const largestBody = 1_048_576;
const longestAdvanceMs = 10 * 365 * 86_400_000;

export interface ServeOptions {
  /** The loopback interface by default: nothing checks who calls. */
  readonly host?: string;
  /** 0, the default, takes any free port. */
  readonly port?: number;
  /** Calls `onIdle` once, when no request has come for so many wall ms. */
  readonly idleMs?: number;
  readonly onIdle?: () => void;
  /** Told of what should not happen: an error inside the simulator. The caller gets a 500. */
  readonly onError?: (error: unknown) => void;
}

/** Opens the account on HTTP: AWS's protocols on `POST /`, and `/_rekey/…` to look into it and steer it. */
export async function serve(
  account: Account,
  options: ServeOptions = {},
): Promise<{ url: string; close(): Promise<void> }> {
  const { host = '127.0.0.1', port = 0, idleMs, onIdle, onError } = options;
  let idle: NodeJS.Timeout | undefined;
  const touch = () => {
    clearTimeout(idle);
    if (idleMs !== undefined && onIdle) idle = setTimeout(onIdle, idleMs);
  };
  const databases = databaseListeners(account.world);
  const server = createServer((request, response) => {
    touch();
    handled({ account, databases }, request, response).catch((error: unknown) => {
      const { status, message } = told(error);
      if (status >= 500) onError?.(error);
      if (request.url?.startsWith('/_rekey/')) json(response, status, { error: message });
      else write(response, fallbackProtocol.refusal(new AwsError(codeFor(status), message, status), 'none'));
    });
  });
  // AWS keeps idle connections far longer than Node's five seconds; closed just as it is used again, one looks like a lost answer.
  server.keepAliveTimeout = 120_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
  touch();
  const address = server.address() as AddressInfo;
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${address.port}`,
    async close() {
      clearTimeout(idle);
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      // Also those that a `silence` holds open.
      server.closeAllConnections();
      await Promise.all([closed, databases.close()]);
    },
  };
}

class BadRequest extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

function told(error: unknown): { status: number; message: string } {
  if (error instanceof BadRequest) return { status: error.status, message: error.message };
  if (error instanceof RekeyError) return { status: 400, message: error.message };
  return {
    status: 500,
    message: `An error in the simulated account: ${error instanceof Error ? error.message : String(error)}`,
  };
}

function codeFor(status: number): string {
  if (status >= 500) return 'InternalFailure';
  return status === 413 ? 'RequestEntityTooLarge' : 'MalformedRequest';
}

interface Served {
  readonly account: Account;
  readonly databases: DatabaseListeners;
}

async function handled(
  { account, databases }: Served,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
  const asked = `${request.method} ${pathname}`;
  const body = await bodyOf(request);
  switch (asked) {
    case 'GET /_rekey/state':
      return json(response, 200, account.state());
    case 'GET /_rekey/resolve':
      return json(response, 200, await databases.resolve(placeIn(searchParams)));
    case 'POST /_rekey/faults':
      account.faults.add(...listIn(body));
      return json(response, 200, account.faults.list());
    case 'DELETE /_rekey/faults':
      account.faults.clear();
      return json(response, 200, []);
    case 'POST /_rekey/advance':
      account.advance(millisecondsIn(body));
      return json(response, 200, { time: account.state().time });
    case 'POST /':
      return answered(account, request, response, body);
    default:
      if (request.headers.authorization !== undefined && !pathname.startsWith('/_rekey'))
        return answered(account, request, response, body);
      throw new BadRequest(
        404,
        `There is no ${asked}; there are POST /, the paths of services that have some, GET /_rekey/state, GET /_rekey/resolve, POST and DELETE /_rekey/faults, POST /_rekey/advance.`,
      );
  }
}

async function answered(
  account: Account,
  request: IncomingMessage,
  response: ServerResponse,
  body: string,
): Promise<void> {
  const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
  const answer = await account.handle({ method: request.method ?? 'POST', path: request.url ?? '/', headers, body });
  if (answer.kind === 'reset') {
    request.socket.resetAndDestroy();
    return;
  }
  // The socket stays open, and nothing is ever written to it.
  if (answer.kind === 'silence') return;
  if (answer.delayMs > 0) await new Promise((resolve) => setTimeout(resolve, answer.delayMs));
  write(response, answer.response);
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request) {
    const bytes = chunk as Buffer;
    length += bytes.length;
    if (length > largestBody) throw new BadRequest(413, `The body is larger than ${largestBody} bytes.`);
    chunks.push(bytes);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch (error) {
    throw new BadRequest(400, `The body is not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function placeIn(asked: URLSearchParams): { host: string; port: number; from?: string } {
  const [host, port, from] = ['host', 'port', 'from'].map((name) => asked.get(name) ?? undefined);
  if (!host || !port)
    throw new BadRequest(400, 'Ask with ?host=NAME&port=N, and &from=ADDRESS if it is not the runner.');
  return { host, port: Number(port), ...(from === undefined ? {} : { from }) };
}

// What the list holds is checked where it is added.
function listIn(body: string): FaultRule[] {
  const value = parsed(body);
  if (!Array.isArray(value)) throw new BadRequest(400, 'The body must be a JSON list of fault rules.');
  return value;
}

function millisecondsIn(body: string): number {
  const value = parsed(body);
  const ms = typeof value === 'object' && value !== null && 'ms' in value ? value.ms : undefined;
  if (typeof ms === 'number' && ms >= 0 && ms <= longestAdvanceMs) return ms;
  throw new BadRequest(400, 'The body must be {"ms": N}, N being a number of milliseconds from 0 to ten years.');
}

function json(response: ServerResponse, status: number, value: unknown): void {
  write(response, {
    statusCode: status,
    headers: { 'content-type': 'application/json' },
    body: `${JSON.stringify(value, null, 2)}\n`,
  });
}

function write(response: ServerResponse, { statusCode, headers, body }: WireResponse): void {
  if (response.headersSent || response.destroyed) return;
  response.writeHead(statusCode, { ...headers, 'content-length': Buffer.byteLength(body) }).end(body);
}
