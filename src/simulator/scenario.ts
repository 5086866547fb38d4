import { isMap, isScalar, isSeq, LineCounter, parseDocument } from 'yaml';
import { z } from 'zod';
import { problem } from '../errors/index.ts';
import { actionsWith } from './action.ts';
import { inWords, type Problem, problemsOf, told } from './checking.ts';
import { longestData } from './content.ts';
import { isInstanceType } from './ec2/instance-types.ts';
import { shapeOf } from './ec2/volume-rules.ts';
import { faultRule, type Rule } from './fault-rules.ts';
import { wrongAim } from './faults.ts';
import { operationNames } from './operations.ts';
import { type RdsScenario, rdsInconsistencies, rdsKeys, rdsLimitKeys } from './rds/scenario/scenario.ts';
import { AwsError } from './wire/message.ts';

const idOf = (prefix: string) =>
  z
    .string()
    .regex(new RegExp(`^${prefix}-(?:[0-9a-f]{8}|[0-9a-f]{17})$`), `must be an id like ${prefix}-0123456789abcdef0`);
const tags = z.record(z.string().min(1).max(128), z.string().max(256)).default({});
const durationUnits: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const duration = z
  .string()
  .regex(/^\d{1,9}(?:ms|s|m|h|d)$/, 'must be a duration like 90s, 10m or 7d')
  .transform((text) => Number.parseInt(text, 10) * (durationUnits[text.replace(/^\d+/, '')] ?? 1));

const key = z.strictObject({
  id: z
    .string()
    .regex(/^(?:mrk-)?[0-9a-f-]{32,36}$/, 'must be a key id (a UUID)')
    .optional(),
  alias: z
    .string()
    .regex(/^alias\/[a-zA-Z0-9/_-]+$/, 'must begin with alias/')
    .optional(),
  state: z.enum(['Enabled', 'Disabled', 'PendingDeletion', 'PendingImport']).default('Enabled'),
  spec: z.enum(['SYMMETRIC_DEFAULT', 'RSA_2048', 'RSA_4096', 'ECC_NIST_P256', 'HMAC_256']).default('SYMMETRIC_DEFAULT'),
  usage: z.enum(['ENCRYPT_DECRYPT', 'SIGN_VERIFY', 'GENERATE_VERIFY_MAC']).default('ENCRYPT_DECRYPT'),
  multiRegion: z.boolean().default(false),
  description: z.string().default(''),
  tags,
});

const volumeKeys = {
  id: idOf('vol').optional(),
  size: z.int().positive(),
  type: z.enum(['gp2', 'gp3', 'io1', 'io2', 'st1', 'sc1', 'standard']).default('gp3'),
  iops: z.int().positive().optional(),
  throughput: z.int().positive().optional(),
  /** Alias, id or ARN of a key; without one the volume is not encrypted. */
  key: z.string().min(1).optional(),
  tags,
  autoEnableIO: z.boolean().default(false),
  multiAttach: z.boolean().default(false),
  /** The principal of the AWS service that manages it. */
  managedBy: z.string().optional(),
  outpostArn: z.string().optional(),
  /** How much of it holds data; four tenths of its size when not given. */
  usedGiB: z.number().nonnegative().optional(),
  data: z.string().max(longestData).default(''),
};
const attachedVolume = z.strictObject({
  ...volumeKeys,
  device: z.string().min(1),
  deleteOnTermination: z.boolean().optional(),
  ebsCardIndex: z.int().nonnegative().optional(),
});
const looseVolume = z.strictObject({
  ...volumeKeys,
  az: z.string().optional(),
  state: z.enum(['available', 'error']).default('available'),
});

const instance = z.strictObject({
  id: idOf('i').optional(),
  name: z.string().optional(),
  type: z
    .string()
    .refine(isInstanceType, 'is not an instance type that the simulated account knows')
    .default('m5.large'),
  state: z.enum(['running', 'stopped']).default('running'),
  az: z.string().optional(),
  tags,
  rootDevice: z.string().optional(),
  volumes: z.array(attachedVolume).min(1),
  publicIp: z.enum(['auto', 'eip', 'none']).default('none'),
  lifecycle: z.enum(['spot']).optional(),
  hibernation: z.boolean().default(false),
  stopProtection: z.boolean().default(false),
  terminationProtection: z.boolean().default(false),
  managedBy: z.string().optional(),
  outpostArn: z.string().optional(),
  workload: z.strictObject({ everySeconds: z.number().positive() }).optional(),
});

const snapshot = z.strictObject({
  id: idOf('snap').optional(),
  volume: idOf('vol'),
  description: z.string().default(''),
  state: z.enum(['completed', 'error']).default('completed'),
  tags,
});

const limits = z.strictObject({
  throttling: z.boolean().default(true),
  snapshotCopies: z.int().positive().default(20),
  pendingSnapshotsPerVolume: z.int().positive().default(5),
  snapshotIntervalSeconds: z.number().nonnegative().default(15),
  storageGiBPerType: z.int().positive().default(51_200),
  snapshots: z.int().positive().default(100_000),
  pendingSnapshots: z.int().positive().optional(),
  volumes: z.int().positive().optional(),
  iopsPerType: z.int().positive().optional(),
  runningVCpus: z.int().positive().optional(),
  requestAgeSeconds: z.number().positive().optional(),
  ...rdsLimitKeys,
});

const schema = z
  .strictObject({
    account: z
      .string()
      .regex(/^\d{12}$/, 'must be twelve digits, in quotes')
      .default('111122223333'),
    region: z
      .string()
      .regex(/^[a-z]{2}(?:-[a-z]+)+-\d$/, 'must be a Region')
      .default('eu-west-1'),
    /** Where `rekey simulate` starts the account's clock. */
    startAt: z.iso.datetime({ offset: true }).optional(),
    /** Multiplies every duration of the account: 0.1 makes it ten times as fast. */
    pace: z.number().positive().default(1),
    visibilityDelayMs: z.int().nonnegative().default(0),
    viewLagMs: z.int().nonnegative().default(0),
    ebs: z
      .strictObject({ encryptionByDefault: z.boolean().default(false), defaultKey: z.string().optional() })
      .prefault({}),
    limits: limits.prefault({}),
    keys: z.array(key).default([]),
    instances: z.array(instance).default([]),
    volumes: z.array(looseVolume).default([]),
    snapshots: z.array(snapshot).default([]),
    ...rdsKeys,
    events: z.array(actionsWith({ at: duration })).default([]),
    faults: z.array(faultRule).default([]),
  })
  .superRefine((given, context) => {
    for (const { path, message } of inconsistencies(given))
      context.addIssue({ code: 'custom', path: [...path], message });
  });

/** What a scenario file holds, before defaults. */
export type ScenarioInput = z.input<typeof schema>;
/** A checked scenario, complete with defaults. */
export type Scenario = z.output<typeof schema>;

/** The key that EBS uses when none is named; every account has it. */
export const managedKeyAlias = 'alias/aws/ebs';

interface Checked extends RdsScenario {
  readonly account: string;
  readonly region: string;
  readonly keys: readonly z.output<typeof key>[];
  readonly instances: readonly z.output<typeof instance>[];
  readonly volumes: readonly z.output<typeof looseVolume>[];
  readonly snapshots: readonly z.output<typeof snapshot>[];
  readonly ebs: { readonly defaultKey?: string | undefined };
  readonly faults: readonly Rule[];
}

function inconsistencies(given: Checked): Problem[] {
  const problems: Problem[] = [];
  const ids = new Set<string>();
  const once = (id: string | undefined, path: Problem['path']) => {
    if (id !== undefined && ids.has(id)) problems.push({ path, message: `${id} is given twice` });
    else if (id !== undefined) ids.add(id);
  };
  const arn = `arn:aws:kms:${given.region}:${given.account}:`;
  const keyNames = new Set([managedKeyAlias]);
  for (const [i, { id, alias }] of given.keys.entries()) {
    once(id, ['keys', i, 'id']);
    once(alias, ['keys', i, 'alias']);
    if (id !== undefined) keyNames.add(id).add(`${arn}key/${id}`);
    if (alias !== undefined) keyNames.add(alias).add(arn + alias);
  }
  const keyKnown = (name: string | undefined, path: Problem['path']) => {
    if (name !== undefined && !keyNames.has(name))
      problems.push({ path, message: `there is no key ${name} under keys` });
  };
  const volume = (
    one: { id?: string | undefined; key?: string | undefined; type: string; size: number },
    path: Problem['path'],
  ) => {
    once(one.id, [...path, 'id']);
    keyKnown(one.key, [...path, 'key']);
    try {
      shapeOf(one);
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      problems.push({ path, message: error.message });
    }
  };
  keyKnown(given.ebs.defaultKey, ['ebs', 'defaultKey']);
  for (const [i, one] of given.instances.entries()) {
    once(one.id, ['instances', i, 'id']);
    const devices = new Set<string>();
    for (const [j, attached] of one.volumes.entries()) {
      volume(attached, ['instances', i, 'volumes', j]);
      if (devices.has(attached.device)) {
        problems.push({ path: ['instances', i, 'volumes', j, 'device'], message: `${attached.device} is used twice` });
      }
      devices.add(attached.device);
    }
    if (one.rootDevice !== undefined && !devices.has(one.rootDevice)) {
      problems.push({ path: ['instances', i, 'rootDevice'], message: `no volume is attached at ${one.rootDevice}` });
    }
  }
  for (const [i, one] of given.volumes.entries()) volume(one, ['volumes', i]);
  for (const [i, one] of given.snapshots.entries()) {
    once(one.id, ['snapshots', i, 'id']);
    if (!ids.has(one.volume))
      problems.push({ path: ['snapshots', i, 'volume'], message: `there is no volume ${one.volume}` });
  }
  for (const [i, rule] of given.faults.entries()) {
    const wrong = wrongAim(rule, operationNames());
    if (wrong !== undefined) problems.push({ path: ['faults', i, 'operation'], message: wrong });
  }
  problems.push(...rdsInconsistencies(given, keyKnown));
  return problems;
}

/** A scenario made in code. Throws `scenario-invalid` with everything that is wrong with it. */
export function scenarioOf(input: ScenarioInput): Scenario {
  return checked(input, 'scenario', told);
}

/** A scenario from YAML. Throws `scenario-invalid` with everything that is wrong with it, by line and path. */
export function parseScenario(text: string, file: string): Scenario {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const place = (offset: number | undefined) => {
    const { line, col } = lines.linePos(offset ?? 0);
    return `${file}:${line}:${col}`;
  };
  const broken = [...document.errors, ...document.warnings];
  if (broken.length > 0) {
    throw problem('scenario-invalid', {
      file,
      problems: broken.map((error) => `${place(error.pos[0])} ${error.message}`),
    });
  }
  const offsetOf = (path: Problem['path']) => {
    let node: unknown = document.contents;
    let offset = 0;
    for (const part of path) {
      const pair = isMap(node) ? node.items.find((item) => isScalar(item.key) && item.key.value === part) : undefined;
      node = isSeq(node) ? node.items[Number(part)] : pair?.value;
      const at = isScalar(pair?.key)
        ? pair.key.range?.[0]
        : (node as { range?: readonly number[] } | undefined)?.range?.[0];
      if (at === undefined) break;
      offset = at;
    }
    return offset;
  };
  return checked(
    document.toJS({ maxAliasCount: 100 }) ?? {},
    file,
    (found) => `${place(offsetOf(found.path))} ${told(found)}`,
  );
}

function checked(input: unknown, file: string, tell: (found: Problem) => string): Scenario {
  const parsed = schema.safeParse(input, { error: inWords });
  if (parsed.success) return parsed.data;
  throw problem('scenario-invalid', { file, problems: problemsOf(parsed.error).map(tell) });
}
