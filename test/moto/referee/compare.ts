import { Pairs } from './pairs.ts';
import type { Answer, Step } from './script.ts';

/** A place in which the two answers to one call differ, and what stands there. */
export interface Found {
  readonly scenario: string;
  /**
   * Operation and path, `DescribeVolumes Volumes[].Iops`; the operation alone when only one of the two refused. What RDS
   * shows of a database is the same in all operations, `any DBInstance.Iops`.
   */
  readonly at: string;
  readonly ours: string;
  readonly moto: string;
}

// What names an item in lists whose order AWS leaves open; the others are compared in their order.
const names: Readonly<Record<string, (item: Tree) => unknown>> = {
  Tags: ({ Key, TagKey }) => Key ?? TagKey,
  Volumes: ({ Size }) => Size,
  Snapshots: ({ Description, VolumeSize }) => `${VolumeSize} ${Description ?? ''}`,
  Attachments: ({ Device }) => Device,
  BlockDeviceMappings: ({ DeviceName }) => DeviceName,
  Aliases: ({ AliasName }) => AliasName,
  AvailabilityZones: ({ ZoneName }) => ZoneName,
  InstanceTypes: ({ InstanceType }) => InstanceType,
  Grants: ({ GrantId }) => GrantId,
  TagList: ({ Key }) => Key,
  DBInstances: ({ DBInstanceIdentifier }) => DBInstanceIdentifier,
  DBSnapshots: ({ DBSnapshotIdentifier }) => DBSnapshotIdentifier,
  DBClusters: ({ DBClusterIdentifier }) => DBClusterIdentifier,
  DBClusterMembers: ({ DBInstanceIdentifier }) => DBInstanceIdentifier,
  DBClusterSnapshots: ({ DBClusterSnapshotIdentifier }) => DBClusterSnapshotIdentifier,
  Subnets: ({ SubnetAvailabilityZone }) => JSON.stringify(SubnetAvailabilityZone),
};
// These names belong into the path: one item may differ and another not.
const named = new Set(['Aliases', 'Tags', 'TagList', 'AvailabilityZones']);

type Tree = { readonly [member: string]: unknown };
const isTree = (value: unknown): value is Tree =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);

const shownByAll = /^(DBInstance|DBSnapshot|DBCluster|DBClusterSnapshot)s?(?:\[\])?\.(.+)$/;

function placeOf(of: string, path: string): string {
  const [, shape, member] = shownByAll.exec(path) ?? [];
  if (shape !== undefined) return `any ${shape}.${member}`;
  return path === '' ? of : `${of} ${path}`;
}

/** Every place in which the answers differ, ids being the same when they always stand for each other. */
export function compared(scenario: string, ours: readonly Step[], moto: readonly Step[]): readonly Found[] {
  const calls = (steps: readonly Step[]) => steps.map(({ of }) => of).join(', ');
  if (calls(ours) !== calls(moto)) {
    throw new Error(`${scenario}: not the same calls\nours: ${calls(ours)}\nmoto: ${calls(moto)}`);
  }
  const pairs = new Pairs();
  const found = ours.flatMap(({ of, answer }, i) => {
    const other = moto[i]?.answer ?? { output: {} };
    // The first time only lets ids be seen: one account may show one earlier in an answer than the other does.
    for (const _ of differing(answer, other, pairs));
    return [...differing(answer, other, pairs)].map(({ path, ours, moto }) => ({
      scenario,
      at: placeOf(of, path),
      ours,
      moto,
    }));
  });
  return [...new Map(found.map((one) => [JSON.stringify(one), one])).values()];
}

interface Differing {
  readonly path: string;
  readonly ours: string;
  readonly moto: string;
}

function* differing(ours: Answer, moto: Answer, pairs: Pairs): Generator<Differing> {
  if ('output' in ours && 'output' in moto) return yield* walk('', ours.output, moto.output, pairs);
  if ('refused' in ours && 'refused' in moto) {
    const [left, right] = [ours.refused, moto.refused];
    yield* leaf('code', left.code, right.code, pairs);
    yield* leaf('status', left.status, right.status, pairs);
    // The words only, and only of what is the same refusal.
    if (left.code === right.code) yield* leaf('message', loose(left.message), loose(right.message), pairs);
    return;
  }
  const told = (answer: Answer) =>
    'refused' in answer ? `${answer.refused.code} ${answer.refused.status}` : 'answered';
  yield { path: '', ours: told(ours), moto: told(moto) };
}

const loose = (message: string) =>
  message
    .replace(/["'.`]|\s+(?=\s)/g, '')
    .toLowerCase()
    .trim();

function* walk(path: string, ours: unknown, moto: unknown, pairs: Pairs): Generator<Differing> {
  if (isTree(ours) && isTree(moto)) {
    for (const member of new Set([...Object.keys(ours), ...Object.keys(moto)])) {
      yield* walk(path === '' ? member : `${path}.${member}`, ours[member], moto[member], pairs);
    }
  } else if (Array.isArray(ours) && Array.isArray(moto)) {
    const list = path.split('.').at(-1) ?? '';
    for (const [name, left, right] of matched(list, ours, moto)) yield* walk(`${path}[${name}]`, left, right, pairs);
  } else {
    yield* leaf(path, ours, moto, pairs);
  }
}

/** The items of two lists side by side, undefined where one has none. */
function matched(list: string, ours: readonly unknown[], moto: readonly unknown[]): [string, unknown, unknown][] {
  const nameOf = names[list];
  if (nameOf && [...ours, ...moto].every(isTree)) {
    const byName = (items: readonly unknown[]) =>
      new Map(items.filter(isTree).map((one) => [String(nameOf(one)), one]));
    const [left, right] = [byName(ours), byName(moto)];
    if (left.size === ours.length && right.size === moto.length) {
      const all = [...new Set([...left.keys(), ...right.keys()])].sort();
      return all.map((name) => [named.has(list) ? name : '', left.get(name), right.get(name)]);
    }
  }
  return Array.from({ length: Math.max(ours.length, moto.length) }, (_, i) => ['', ours[i], moto[i]]);
}

function* leaf(path: string, ours: unknown, moto: unknown, pairs: Pairs): Generator<Differing> {
  if (ours === undefined && moto === undefined) return;
  const [left, right] = pairs.shown(printed(ours), printed(moto));
  if (left !== right) yield { path, ours: left, moto: right };
}

function printed(value: unknown): string {
  if (value === undefined) return 'absent';
  if (value instanceof Date) return '<time>';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
