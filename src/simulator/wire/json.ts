import { JsonCodec } from '@aws-sdk/core/protocols';
import { NormalizedSchema } from '@smithy/core/schema';
import { AwsError, type WireResponse } from './message.ts';
import type { Protocol } from './protocol.ts';

/** The server side of AWS JSON 1.1, as KMS speaks it; `target` is the prefix of `X-Amz-Target`. */
export function jsonProtocol(target: string): Protocol {
  const codec = new JsonCodec({ timestampFormat: { useTrait: true, default: 7 }, jsonName: false });
  const answer = (statusCode: number, body: string, id: string): WireResponse => ({
    statusCode,
    headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amzn-requestid': id },
    body,
  });
  return {
    call(request) {
      const [prefix, action] = (request.headers['x-amz-target'] ?? '').split('.');
      if (prefix !== target || !action) {
        throw new AwsError('UnknownOperationException', `The header X-Amz-Target must be ${target}.<operation>.`);
      }
      return { action, raw: parsed(request.body) };
    },
    input(schema, raw) {
      const ns = NormalizedSchema.of(schema);
      const known = new Set<string>();
      if (ns.isStructSchema()) for (const [member] of ns.structIterator()) known.add(member);
      const unknown = Object.keys(raw as object).find((member) => !known.has(member));
      if (unknown) throw new AwsError('ValidationException', `The parameter ${unknown} is not recognized`);
      const deserializer = codec.createDeserializer();
      return deserializer.readObject(ns, raw as Parameters<typeof deserializer.readObject>[1]) as object;
    },
    answer(_action, schema, output, id) {
      const ns = NormalizedSchema.of(schema);
      if (!ns.isStructSchema()) return answer(200, '', id);
      const serializer = codec.createSerializer();
      serializer.write(ns, output);
      return answer(200, serializer.flush(), id);
    },
    refusal(error, id) {
      return answer(error.status, JSON.stringify({ __type: error.code, message: error.message }), id);
    },
  };
}

function parsed(body: string): object {
  try {
    const value: unknown = JSON.parse(body === '' ? '{}' : body);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  } catch (error) {
    throw new AwsError(
      'SerializationException',
      `The body is not JSON: ${error instanceof Error ? error.message : error}`,
    );
  }
  throw new AwsError('SerializationException', 'The body must be a JSON object.');
}
