import type { DescribeEventsMessage, Event } from '@aws-sdk/client-rds';
import { type Operations, operation } from '../operation.ts';
import type { World } from '../world.ts';
import { clusterArn, clusterSnapshotArn, databaseArn, snapshotArn } from './arns.ts';
import type { Cluster, ClusterSnapshot } from './cluster/model.ts';
import type { Database, DbSnapshot, RdsEvent } from './model.ts';
import { refusals } from './refusals.ts';
import { folded, markedPage } from './select.ts';

const keptMs = 14 * 86_400_000;
const defaultMinutes = 60;

/** Has DescribeEvents tell of it, under the name that the instance has at this moment. */
export function tell(world: World, database: Database, message: string, ...categories: string[]): void {
  const { identifier } = database;
  add(world, { source: identifier, type: 'db-instance', arn: databaseArn(world, identifier) }, message, categories);
}

export function tellOfCluster(world: World, cluster: Cluster, message: string, ...categories: string[]): void {
  const { identifier } = cluster;
  add(world, { source: identifier, type: 'db-cluster', arn: clusterArn(world, identifier) }, message, categories);
}

export function tellOfSnapshot(world: World, snapshot: DbSnapshot, message: string, ...categories: string[]): void {
  add(world, { source: snapshot.id, type: 'db-snapshot', arn: snapshotArn(world, snapshot.id) }, message, categories);
}

export function tellOfClusterSnapshot(
  world: World,
  { id }: ClusterSnapshot,
  message: string,
  ...categories: string[]
): void {
  add(world, { source: id, type: 'db-cluster-snapshot', arn: clusterSnapshotArn(world, id) }, message, categories);
}

function add(
  world: World,
  source: Pick<RdsEvent, 'source' | 'type' | 'arn'>,
  message: string,
  categories: readonly string[],
): void {
  world.rds.events.push({ ...source, message, categories, at: world.time });
}

function describeEvents(world: World, input: DescribeEventsMessage): object {
  if (input.SourceIdentifier !== undefined && input.SourceType === undefined) {
    throw refusals.combination('SourceType must be specified when SourceIdentifier is.');
  }
  const from = input.StartTime?.getTime() ?? world.time - (input.Duration ?? defaultMinutes) * 60_000;
  const to = input.EndTime?.getTime() ?? Number.POSITIVE_INFINITY;
  if (from > to) throw refusals.combination('StartTime must be before EndTime.');
  const source = input.SourceIdentifier && folded(input.SourceIdentifier);
  const chosen = world.rds.events
    .map((event, number) => ({ event, number }))
    .filter(
      ({ event }) =>
        event.at >= Math.max(from, world.time - keptMs) &&
        event.at <= to &&
        event.at + world.visibilityDelayMs <= world.time &&
        (input.SourceType === undefined || event.type === input.SourceType) &&
        (source === undefined || event.source === source) &&
        (!input.EventCategories?.length || event.categories.some((one) => input.EventCategories?.includes(one))),
    );
  const { items, ...rest } = markedPage(chosen, input, ({ number }) => String(number).padStart(9, '0'));
  return { Events: items.map(({ event }) => eventView(event)), ...rest };
}

function eventView(event: RdsEvent): Event {
  return {
    SourceIdentifier: event.source,
    SourceType: event.type,
    SourceArn: event.arn,
    Message: event.message,
    EventCategories: [...event.categories],
    Date: new Date(event.at),
  };
}

export const eventOperations: Operations = {
  DescribeEvents: operation<DescribeEventsMessage>(
    ['SourceIdentifier', 'SourceType', 'StartTime', 'EndTime', 'Duration', 'EventCategories', 'MaxRecords', 'Marker'],
    describeEvents,
  ),
};
