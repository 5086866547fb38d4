import type { DatabaseAddress } from '../../contract/databases.ts';
import { problem } from '../../errors/index.ts';
import { DatabaseFailure } from './failure.ts';

interface Place {
  readonly host: string;
  readonly port: number;
}

/** Whether the address or name means this machine. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host === '[::1]' || /^127(\.\d{1,3}){3}$/.test(host);
}

/**
 * Where an endpoint of a database is. By DNS, unless REKEY_RESOLVER names the resolver of a simulated account, which knows
 * the loopback address that stands for the name now. Throws `resolver-refused` when it could speak for real databases.
 */
export async function resolved(at: DatabaseAddress, env: NodeJS.ProcessEnv, signal: AbortSignal): Promise<Place> {
  const resolver = env['REKEY_RESOLVER'];
  if (!resolver) return { host: at.host, port: at.port };
  const url = checked(resolver, env['AWS_ENDPOINT_URL']);
  for (const name of ['host', 'port', 'engine'] as const) url.searchParams.set(name, String(at[name]));
  const response = await fetch(url, { signal, redirect: 'error' });
  const answer: unknown = await response.json();
  const { address, port, code, message } = (typeof answer === 'object' && answer !== null ? answer : {}) as Readonly<
    Record<string, unknown>
  >;
  if (typeof code === 'string') throw new DatabaseFailure(code, String(message ?? code), false);
  if (typeof address !== 'string' || !isLoopback(address) || typeof port !== 'number') {
    throw problem('resolver-refused', { resolver, why: 'it answers with an address of another machine' });
  }
  return { host: address, port };
}

// A resolver left over in the environment would have a stand-in say of a real database that nobody is connected to it.
function checked(resolver: string, endpoint: string | undefined): URL {
  const url = URL.canParse(resolver) ? new URL(resolver) : undefined;
  if (url?.protocol !== 'http:' || !isLoopback(url.hostname)) {
    throw problem('resolver-refused', { resolver, why: 'it is not on this machine' });
  }
  if (endpoint === undefined || !URL.canParse(endpoint) || new URL(endpoint).origin !== url.origin) {
    throw problem('resolver-refused', { resolver, why: 'it does not belong to AWS_ENDPOINT_URL' });
  }
  return url;
}
