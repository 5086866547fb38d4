import { JsonCodec } from '@aws-sdk/core/protocols';
import { NormalizedSchema } from '@smithy/core/schema';
import { AwsError, type WireRequest, type WireResponse } from './message.ts';
import type { Protocol } from './protocol.ts';

/** An operation's method and path, in braces what stands for a member of its input. */
export interface RestRoute {
  readonly action: string;
  readonly method: string;
  readonly path: string;
}

interface Asked {
  readonly labels: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
}

/** The server side of REST-JSON, as the EBS direct APIs speak it: only operations that have no body. */
export function restJsonProtocol(routes: readonly RestRoute[]): Protocol {
  const codec = new JsonCodec({ timestampFormat: { useTrait: true, default: 7 }, jsonName: true });
  const answer = (statusCode: number, body: string, id: string, more: Record<string, string> = {}): WireResponse => ({
    statusCode,
    headers: { 'content-type': 'application/json', 'x-amzn-requestid': id, ...more },
    body,
  });
  return {
    call(request) {
      for (const route of routes) {
        const asked = askedBy(route, request);
        if (asked) return { action: route.action, raw: asked };
      }
      const told = `${request.method} ${request.path.split('?')[0]} is no operation of this service.`;
      throw new AwsError('UnknownOperationException', told, 404);
    },
    input(schema, raw) {
      const ns = NormalizedSchema.of(schema);
      return ns.isStructSchema() ? members(ns, raw as Asked) : {};
    },
    answer(_action, schema, output, id) {
      const serializer = codec.createSerializer();
      serializer.write(NormalizedSchema.of(schema), output);
      return answer(200, serializer.flush(), id);
    },
    refusal({ code, message, status, reason }, id) {
      const told = { Message: message, ...(reason !== undefined && { Reason: reason }) };
      return answer(status, JSON.stringify(told), id, { 'x-amzn-errortype': code });
    },
  };
}

function askedBy({ method, path }: RestRoute, request: WireRequest): Asked | undefined {
  const url = new URL(request.path, 'http://localhost');
  const wanted = path.split('/');
  const given = url.pathname.split('/');
  if (method !== request.method || wanted.length !== given.length) return undefined;
  const labels: Record<string, string> = {};
  for (const [at, part] of wanted.entries()) {
    const label = /^\{(\w+)\}$/.exec(part)?.[1];
    if (label !== undefined) labels[label] = decodeURIComponent(given[at] ?? '');
    else if (part !== given[at]) return undefined;
  }
  return { labels, query: Object.fromEntries(url.searchParams) };
}

function members(ns: NormalizedSchema, { labels, query }: Asked): object {
  const read: Record<string, unknown> = {};
  const left = new Set(Object.keys(query));
  // The SDK says by it which operation it means; the service does not ask.
  left.delete('x-id');
  for (const [member, schema] of ns.structIterator()) {
    const name = schema.getMergedTraits().httpQuery;
    const value = typeof name === 'string' ? query[name] : labels[member];
    if (typeof name === 'string') left.delete(name);
    if (value === undefined) continue;
    if (schema.isNumericSchema() && !/^\d+$/.test(value))
      throw new AwsError('ValidationException', `${member} must be a number`);
    read[member] = schema.isNumericSchema() ? Number(value) : value;
  }
  for (const name of left) throw new AwsError('ValidationException', `The parameter ${name} is not recognized`);
  return read;
}
