import { XmlShapeSerializer } from '@aws-sdk/core/protocols';
import { NormalizedSchema } from '@smithy/core/schema';
import { fromBase64 } from '@smithy/core/serde';
import type { SchemaRef } from '@smithy/types';
import { AwsError, type WireResponse } from './message.ts';
import type { Protocol } from './protocol.ts';

type Tree = { [key: string]: Tree | string };

/** The server side of the EC2 query protocol and of the older AWS query protocol (STS, RDS). */
export function queryProtocol(options: {
  dialect: 'ec2' | 'aws';
  version: string;
  xmlns: string;
  namespace: string;
}): Protocol {
  const ec2 = options.dialect === 'ec2';
  const settings = {
    timestampFormat: { useTrait: true, default: 5 as const },
    httpBindings: false,
    xmlNamespace: '',
    serviceNamespace: options.namespace,
  };
  const answer = (statusCode: number, body: string, id: string): WireResponse => ({
    statusCode,
    headers: { 'content-type': 'text/xml;charset=UTF-8', 'x-amzn-requestid': id },
    body: `<?xml version="1.0" encoding="UTF-8"?>\n${body}`,
  });

  return {
    call(request) {
      const { Action, Version, ...rest } = treeOf(request.body);
      if (typeof Action !== 'string')
        throw new AwsError('MissingAction', 'The request must contain the parameter Action.');
      if (Version !== undefined && Version !== options.version) {
        throw new AwsError('InvalidParameterValue', `This account speaks version ${options.version} of the API only.`);
      }
      return { action: Action, raw: rest };
    },
    input(schema, raw) {
      const ns = NormalizedSchema.of(schema);
      return ns.isStructSchema() ? struct(ns, raw as Tree, ec2, '') : {};
    },
    answer(action, schema, output, id) {
      const ns = NormalizedSchema.of(schema);
      const inner = ns.isStructSchema() ? innerXml(settings, schema, output) : '';
      const body = ec2
        ? `<requestId>${id}</requestId>${inner}`
        : `<${action}Result>${inner}</${action}Result><ResponseMetadata><RequestId>${id}</RequestId></ResponseMetadata>`;
      return answer(200, `<${action}Response xmlns="${options.xmlns}">${body}</${action}Response>`, id);
    },
    refusal(error, id) {
      const told = `<Code>${escaped(error.code)}</Code><Message>${escaped(error.message)}</Message>`;
      const side = error.status >= 500 ? 'Receiver' : 'Sender';
      return answer(
        error.status,
        ec2
          ? `<Response><Errors><Error>${told}</Error></Errors><RequestID>${id}</RequestID></Response>`
          : `<ErrorResponse xmlns="${options.xmlns}"><Error><Type>${side}</Type>${told}</Error><RequestId>${id}</RequestId></ErrorResponse>`,
        id,
      );
    },
  };
}

function treeOf(body: string): Tree {
  const root: Tree = Object.create(null);
  for (const [name, value] of new URLSearchParams(body)) {
    const path = name.split('.');
    const last = path.pop() ?? '';
    let node = root;
    for (const part of path) {
      const next = node[part] ?? (Object.create(null) as Tree);
      if (typeof next === 'string')
        throw new AwsError('MalformedQueryString', `${name} is both a value and a structure.`);
      node[part] = next;
      node = next;
    }
    if (node[last] !== undefined) throw new AwsError('MalformedQueryString', `${name} is given twice.`);
    node[last] = value;
  }
  return root;
}

function parameterName(member: string, ns: NormalizedSchema, ec2: boolean): string {
  const traits = ns.getMergedTraits();
  const name = String((ec2 ? traits.ec2QueryName : undefined) ?? traits.xmlName ?? member);
  return ec2 && !traits.ec2QueryName ? name.charAt(0).toUpperCase() + name.slice(1) : name;
}

function struct(ns: NormalizedSchema, tree: Tree, ec2: boolean, at: string): Record<string, unknown> {
  const read: Record<string, unknown> = {};
  const left = new Set(Object.keys(tree));
  for (const [member, memberSchema] of ns.structIterator()) {
    const name = parameterName(member, memberSchema, ec2);
    const value = tree[name];
    if (!left.delete(name) || value === undefined) continue;
    read[member] = typed(memberSchema, value, ec2, at + name);
  }
  for (const name of left) throw new AwsError('UnknownParameter', `The parameter ${at}${name} is not recognized`);
  return read;
}

function typed(ns: NormalizedSchema, value: Tree | string, ec2: boolean, at: string): unknown {
  if (ns.isListSchema()) return list(ns, value, ec2, at);
  if (ns.isStructSchema()) {
    if (typeof value === 'string') throw new AwsError('InvalidParameterValue', `${at} is a structure, not a value.`);
    return struct(ns, value, ec2, `${at}.`);
  }
  if (typeof value !== 'string') throw new AwsError('UnknownParameter', `The parameter ${at} has no members.`);
  const bad = () => new AwsError('InvalidParameterValue', `Invalid value '${value}' for ${at}.`);
  if (ns.isNumericSchema()) {
    if (!/^-?\d+(\.\d+)?$/.test(value)) throw bad();
    return Number(value);
  }
  if (ns.isBooleanSchema()) {
    if (!/^(true|false)$/i.test(value)) throw bad();
    return value.toLowerCase() === 'true';
  }
  if (ns.isTimestampSchema()) {
    if (Number.isNaN(Date.parse(value))) throw bad();
    return new Date(value);
  }
  return ns.isBlobSchema() ? fromBase64(value) : value;
}

function list(ns: NormalizedSchema, value: Tree | string, ec2: boolean, at: string): unknown[] {
  if (value === '') return [];
  const item = ns.getValueSchema();
  const flat = ec2 || ns.getMergedTraits().xmlFlattened;
  const members =
    flat || typeof value === 'string' ? value : (value[item.getMergedTraits().xmlName ?? 'member'] ?? value['member']);
  if (members === undefined || typeof members === 'string')
    throw new AwsError('InvalidParameterValue', `${at} is a list.`);
  const places = Object.keys(members);
  const odd = places.find((place) => !/^\d{1,5}$/.test(place));
  if (odd !== undefined) throw new AwsError('UnknownParameter', `The parameter ${at}.${odd} is not recognized`);
  return places
    .sort((a, b) => Number(a) - Number(b))
    .map((place) => typed(item, members[place] ?? '', ec2, `${at}.${place}`));
}

function innerXml(
  settings: ConstructorParameters<typeof XmlShapeSerializer>[0],
  schema: SchemaRef,
  output: object,
): string {
  const serializer = new XmlShapeSerializer(settings);
  serializer.write(schema as Parameters<typeof serializer.write>[0], output);
  const xml = String(serializer.flush());
  // The serializer names the outer element after the output shape; the protocol wants its children only.
  const opened = xml.indexOf('>') + 1;
  return xml[opened - 2] === '/' ? '' : xml.slice(opened, xml.lastIndexOf('</'));
}

function escaped(text: string): string {
  return text.replace(/[<>&]/g, (c) => (c === '<' ? '&lt;' : c === '>' ? '&gt;' : '&amp;'));
}
