import type { Sealed } from '../../bytes.ts';
import { contentBytes, firstContent } from '../../content.ts';
import type { Key } from '../../model.ts';
import { TagSet } from '../../tag-set.ts';
import type { World } from '../../world.ts';
import type { Kind } from '../kinds/kind.ts';
import type { DatabaseRole, Resource, SharedSettings, SnapshotBy, Storage } from '../model/alike.ts';
import { newDisk } from '../sql/postgres-disk.ts';
import { managedRdsKeyAlias } from './parts.ts';

/** What a scenario declares was there long before it begins. */
export const ageMs = 30 * 86_400_000;
const dayMs = 86_400_000;
const insideEveryMs = 60_000;

/** The statuses in which nothing of a database or cluster is up. */
export const notUp = /^(stopped|failed|incompatible|inaccessible|creating|deleting)/;

interface Insighted {
  readonly performanceInsights?: { readonly key?: string | undefined; readonly retentionDays: number } | undefined;
  readonly monitoring?: { readonly everySeconds: number; readonly role: string } | undefined;
}

/** Performance Insights and monitoring as a scenario declares them. */
export function insightsOf(world: World, declared: Insighted) {
  const insights = declared.performanceInsights;
  return {
    PerformanceInsightsEnabled: insights !== undefined,
    PerformanceInsightsKMSKeyId: insights && world.findKey(insights.key ?? managedRdsKeyAlias)?.arn,
    PerformanceInsightsRetentionPeriod: insights?.retentionDays,
    DatabaseInsightsMode: 'standard' as const,
    MonitoringInterval: declared.monitoring?.everySeconds ?? 0,
    MonitoringRoleArn: declared.monitoring?.role,
  };
}

/** Maintenance as a scenario declares it. */
export function timed(
  world: World,
  maintenance: readonly { readonly action: string; readonly inDays?: number | undefined }[],
) {
  return maintenance.map(({ action, inDays }) => ({
    action,
    description: `${action} is available`,
    at: inDays === undefined ? undefined : world.time + inDays * dayMs,
  }));
}

/** What a scenario's instance or cluster holds at first, under its key. */
export function firstData(
  world: World,
  declared: { readonly id: string; readonly data: string },
  key: Key | undefined,
  resourceId: string,
): Sealed {
  return world.sealed(
    contentBytes(firstContent(declared.data || `what ${declared.id} held at first`)),
    key,
    resourceId,
  );
}

/** What writes in a database itself from now on. */
export function insideWriters(world: World, names: readonly string[]): Storage['inside'] {
  return names.map((name) => ({ name, everyMs: insideEveryMs, nextAt: world.time + insideEveryMs, sequence: 0 }));
}

/** Storage as a scenario declares it. */
export function foundStorage(
  world: World,
  declared: { readonly sql: boolean | string; readonly inside: readonly string[] },
  sealed: Sealed,
  usedMiB: number,
): Storage {
  return {
    sealed,
    disk: declared.sql === false ? undefined : newDisk(declared.sql === true ? '' : declared.sql),
    inside: insideWriters(world, declared.inside),
    usedMiB,
    dirtyMiB: usedMiB,
  };
}

/** Brings a snapshot that a scenario declares into the account: `of` names what it is of. */
export function foundSnapshot<T extends Resource>(
  world: World,
  kind: Kind<T>,
  of: string,
  declared: Pick<SnapshotBy<T>, 'id' | 'type' | 'sharedWith'> & {
    readonly status: 'available' | 'failed';
    readonly tags: Readonly<Record<string, string>>;
  },
): void {
  const source = [...kind.all(world).values()].find((one) => one.identifier === of);
  if (!source) return;
  const at = world.time - ageMs / 2;
  kind.snapshots(world).set(declared.id, {
    id: declared.id,
    databaseIdentifier: source.identifier,
    resourceId: source.resourceId,
    type: declared.type,
    engine: source.engine,
    masterUsername: source.masterUsername,
    databaseCreated: source.created,
    keyArn: source.keyArn,
    visibleFrom: at,
    tags: new TagSet(Object.entries(declared.tags)),
    databaseTags: new Map(source.tags.now),
    copyOf: undefined,
    asked: at,
    began: at,
    endsAt: at,
    settings: source.settings,
    takenAt: at,
    createdAt: at,
    usedMiB: source.storage.usedMiB,
    inside: [],
    sharedWith: declared.sharedWith,
    sealed: declared.status === 'available' ? source.storage.sealed : undefined,
    disk: source.storage.disk?.fork(),
    status: declared.status,
  });
  source.storage.dirtyMiB = Math.round(source.storage.usedMiB / 10);
}

/** What a scenario's instance and cluster have alike. */
export function foundAlike<S extends SharedSettings>(
  world: World,
  declared: {
    readonly engine: string;
    readonly masterUsername: string;
    readonly tags: Readonly<Record<string, string>>;
    readonly status: string;
    readonly roles: readonly { readonly role: string; readonly feature: string }[];
    readonly maintenance: Parameters<typeof timed>[1];
  },
  settings: S,
  key: Key | undefined,
) {
  return {
    engine: declared.engine,
    masterUsername: declared.masterUsername,
    keyArn: key?.arn,
    created: world.time - ageMs,
    visibleFrom: world.time - ageMs,
    tags: new TagSet(Object.entries(declared.tags)),
    settings,
    status: declared.status,
    busy: false,
    groupsInForce: settings.SecurityGroupIds,
    roles: declared.roles.map(({ role, feature }): DatabaseRole => ({ arn: role, feature, status: 'ACTIVE' })),
    maintenance: timed(world, declared.maintenance),
  };
}

/** A pending modification without what a scenario leaves out. */
export function given(all: object): object {
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}
