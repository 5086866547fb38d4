import type { DescribeEventsMessage, Event } from '@aws-sdk/client-rds';
import { type Operations, operation } from '../../operation.ts';
import type { World } from '../../world.ts';
import type { RdsEvent } from '../model/model.ts';
import { folded, markedPage } from '../naming/select.ts';
import { refusals } from '../rules/refusals.ts';

const keptMs = 14 * 86_400_000;
const defaultMinutes = 60;

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
