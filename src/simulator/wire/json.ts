import { JsonCodec } from '@aws-sdk/core/protocols';
import { NormalizedSchema } from '@smithy/core/schema';
import { AwsError, type WireResponse } from './message.ts';
import type { Protocol } from './protocol.ts';

/** The server side of AWS JSON 1.1, as CloudTrail, KMS and Secrets Manager speak it; `target` is the prefix of `X-Amz-Target`. */
export function jsonProtocol(target: string): Protocol {
  const codec = new JsonCodec({ timestampFormat: { useTrait: true, default: 7 }, jsonName: false });
  const answer = (statusCode: number, body: string, id: string): WireResponse => ({
    statusCode,
    headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amzn-requestid': id },
    body,
  });
  return {
    call(request) {
      // Some SDKs have the package of CloudTrail's API in front of it.
      const [prefix, action] = (request.headers['x-amz-target'] ?? '').split('.').slice(-2);
      if (prefix !== target || !action) {
        throw new AwsError('UnknownOperationException', `The header X-Amz-Target must be ${target}.<operation>.`);
      }
      return { action, raw: parsed(request.body) };
    },
    input(schema, raw) {
      const ns = NormalizedSchema.of(schema);
      checkTypes(ns, raw, '');
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

// The SDK's deserializer trusts what a server sends it; what clients send is checked here.
function checkTypes(ns: NormalizedSchema, value: unknown, at: string): void {
  if (value === null || value === undefined) return;
  const wrong = (wanted: string) => new AwsError('SerializationException', `${at || 'The body'} must be ${wanted}`);
  if (ns.isListSchema()) {
    if (!Array.isArray(value)) throw wrong('a list');
    for (const [i, item] of value.entries()) checkTypes(ns.getValueSchema(), item, `${at}[${i}]`);
  } else if (ns.isStructSchema()) {
    if (typeof value !== 'object' || Array.isArray(value)) throw wrong('a structure');
    const members = new Map(ns.structIterator());
    for (const [name, inner] of Object.entries(value)) {
      const member = members.get(name);
      const place = at === '' ? name : `${at}.${name}`;
      if (!member) throw new AwsError('ValidationException', `The parameter ${place} is not recognized`);
      checkTypes(member, inner, place);
    }
  } else if (ns.isBooleanSchema()) {
    if (typeof value !== 'boolean') throw wrong('true or false');
  } else if (ns.isNumericSchema() || ns.isTimestampSchema()) {
    if (typeof value !== 'number') throw wrong('a number');
  } else if (ns.isStringSchema() && typeof value !== 'string') {
    throw wrong('a string');
  }
}
