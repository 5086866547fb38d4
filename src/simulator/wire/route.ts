import { createRequire } from 'node:module';
import type { SchemaRef } from '@smithy/types';
import { jsonProtocol } from './json.ts';
import { AwsError, type WireRequest } from './message.ts';
import type { Protocol } from './protocol.ts';
import { queryProtocol } from './query.ts';
import { restJsonProtocol } from './rest-json.ts';

export type ServiceName = 'cloudtrail' | 'ebs' | 'ec2' | 'kms' | 'rds' | 'secretsmanager' | 'sts';

/** What the client package of a service tells about its wire. */
export interface Service {
  readonly name: ServiceName;
  readonly protocol: Protocol;
  /** The input and output schema of an operation, as the client package exports them. */
  operation(action: string): { input: SchemaRef; output: SchemaRef } | undefined;
}

const ec2Version = '2016-11-15';
const stsVersion = '2011-06-15';
const rdsVersion = '2014-10-31';

const protocols: Readonly<Record<ServiceName, () => Protocol>> = {
  ec2: () =>
    queryProtocol({
      dialect: 'ec2',
      version: ec2Version,
      xmlns: `http://ec2.amazonaws.com/doc/${ec2Version}/`,
      namespace: 'com.amazonaws.ec2',
    }),
  sts: () =>
    queryProtocol({
      dialect: 'aws',
      version: stsVersion,
      xmlns: `https://sts.amazonaws.com/doc/${stsVersion}/`,
      namespace: 'com.amazonaws.sts',
    }),
  rds: () =>
    queryProtocol({
      dialect: 'aws',
      version: rdsVersion,
      xmlns: `http://rds.amazonaws.com/doc/${rdsVersion}/`,
      namespace: 'com.amazonaws.rds',
    }),
  ebs: () =>
    restJsonProtocol([
      { action: 'ListChangedBlocks', method: 'GET', path: '/snapshots/{SecondSnapshotId}/changedblocks' },
    ]),
  cloudtrail: () => jsonProtocol('CloudTrail_20131101'),
  kms: () => jsonProtocol('TrentService'),
  secretsmanager: () => jsonProtocol('secretsmanager'),
};

const load = createRequire(import.meta.url);

// The client packages are large: each is loaded when its service is first called, and as the CommonJS that it is, since an
// `import()` reads it twice more to find out what it exports.
const packages: Readonly<Record<ServiceName, () => object>> = {
  cloudtrail: () => load('@aws-sdk/client-cloudtrail'),
  ebs: () => load('@aws-sdk/client-ebs'),
  ec2: () => load('@aws-sdk/client-ec2'),
  rds: () => load('@aws-sdk/client-rds'),
  sts: () => load('@aws-sdk/client-sts'),
  kms: () => load('@aws-sdk/client-kms'),
  secretsmanager: () => load('@aws-sdk/client-secrets-manager'),
};

export const serviceNames: readonly ServiceName[] = ['cloudtrail', 'ebs', 'ec2', 'kms', 'rds', 'secretsmanager', 'sts'];

const loaded = new Map<ServiceName, Service>();

/** The service `name`, its client package loaded. */
export function serviceOf(name: ServiceName): Service {
  const known = loaded.get(name);
  if (known) return known;
  const exports = packages[name]() as Record<string, unknown>;
  const service = { name, protocol: protocols[name](), operation: (action: string) => operationIn(exports, action) };
  loaded.set(name, service);
  return service;
}

// An operation's schema is the tuple [9, namespace, name, traits, input, output].
const operationKind = 9;

function operationIn(exports: Record<string, unknown>, action: string) {
  const schema = Object.hasOwn(exports, `${action}$`) ? exports[`${action}$`] : undefined;
  if (!Array.isArray(schema) || schema[0] !== operationKind) return undefined;
  return { input: schema[4] as SchemaRef, output: schema[5] as SchemaRef };
}

/** Who signed a request for what, from the credential scope of its Authorization header. Signatures are not checked. */
export function scopeOf(request: WireRequest): { accessKey: string; region: string; service: ServiceName } {
  const [, accessKey, region, service] =
    /Credential=([^/,\s]+)\/\d{8}\/([^/,\s]+)\/([^/,\s]+)\/aws4_request/.exec(request.headers['authorization'] ?? '') ??
    [];
  if (!accessKey || !region || !service) {
    throw new AwsError('MissingAuthenticationToken', 'The request must be signed with Signature Version 4.');
  }
  if (!Object.hasOwn(protocols, service)) {
    throw new AwsError(
      'UnsupportedOperation',
      `The simulated account has no service ${service}; it has ${serviceNames.join(', ')}.`,
    );
  }
  return { accessKey, region, service: service as ServiceName };
}

/** How a request that names no usable service is refused: as EC2 would. */
export const fallbackProtocol: Protocol = protocols.ec2();
