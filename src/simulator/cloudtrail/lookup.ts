import type { LookupAttribute, LookupEventsRequest } from '@aws-sdk/client-cloudtrail';
import { type Operations, operation } from '../operation.ts';
import { AwsError } from '../wire/message.ts';
import type { World } from '../world.ts';
import type { TrailEvent } from './trail.ts';

const largestPage = 50;

const tests: Readonly<Record<string, (event: TrailEvent, value: string) => boolean>> = {
  EventId: ({ id }, value) => id === value,
  EventName: ({ name }, value) => name === value,
  EventSource: ({ source }, value) => source === value,
  // Only what changes something is kept here.
  ReadOnly: (_event, value) => value === 'false',
  Username: ({ caller }, value) => caller.user === value,
  AccessKeyId: ({ caller }, value) => caller.accessKey === value,
  ResourceType: ({ resources }, value) => resources.some((one) => one.ResourceType === value),
  ResourceName: ({ resources }, value) => resources.some((one) => one.ResourceName === value),
};

function lookupEvents(world: World, input: LookupEventsRequest): object {
  const { StartTime, EndTime, LookupAttributes = [], MaxResults = largestPage } = input;
  if (MaxResults < 1 || MaxResults > largestPage)
    throw new AwsError('InvalidMaxResultsException', `MaxResults must be between 1 and ${largestPage}.`);
  const [from, to] = [StartTime?.getTime() ?? 0, EndTime?.getTime() ?? Number.POSITIVE_INFINITY];
  if (from > to) throw new AwsError('InvalidTimeRangeException', 'The start time must not be after the end time.');
  const fits = testOf(LookupAttributes);
  const events = world.trail.shownAt(world.time).filter((one) => one.at >= from && one.at <= to && fits(one));
  // By what was shown last, since what comes late goes in between.
  const after = input.NextToken === undefined ? -1 : events.findIndex(({ id }) => id === tokenIn(input));
  if (input.NextToken !== undefined && after < 0)
    throw new AwsError('InvalidNextTokenException', 'The token is not one of this lookup.');
  const page = events.slice(after + 1, after + 1 + MaxResults);
  const last = page.at(-1);
  const more = last !== undefined && after + 1 + MaxResults < events.length;
  return { Events: page.map(shown), ...(more && { NextToken: tokenOf(input, last.id) }) };
}

/** CloudTrail takes one attribute at a time. */
function testOf(attributes: readonly LookupAttribute[]): (event: TrailEvent) => boolean {
  const [attribute, ...others] = attributes;
  if (!attribute) return () => true;
  const { AttributeKey = '', AttributeValue = '' } = attribute;
  const test = Object.hasOwn(tests, AttributeKey) ? tests[AttributeKey] : undefined;
  if (others.length > 0 || !test || AttributeValue === '')
    throw new AwsError('InvalidLookupAttributesException', 'One lookup attribute with a key and a value can be given.');
  return (event) => test(event, AttributeValue);
}

const textOf = ({ NextToken: _, ...asked }: LookupEventsRequest) => JSON.stringify(asked);
const tokenOf = (input: LookupEventsRequest, id: string) =>
  Buffer.from(JSON.stringify([id, textOf(input)])).toString('base64');

/** The event that a token of the same question was given after. */
function tokenIn(input: LookupEventsRequest): string | undefined {
  try {
    const [id, asked] = JSON.parse(Buffer.from(input.NextToken ?? '', 'base64').toString('utf8')) as unknown[];
    return asked === textOf(input) && typeof id === 'string' ? id : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function shown({ id, at, source, name, caller, resources, record }: TrailEvent): object {
  return {
    EventId: id,
    EventName: name,
    ReadOnly: 'false',
    AccessKeyId: caller.accessKey,
    EventTime: new Date(at),
    EventSource: source,
    Username: caller.user,
    Resources: resources,
    CloudTrailEvent: record,
  };
}

/** The operations of CloudTrail that the account models: the event history of its changing calls of EC2 and RDS. */
export const trailOperations: Operations = {
  LookupEvents: operation<LookupEventsRequest>(
    ['LookupAttributes', 'StartTime', 'EndTime', 'MaxResults', 'NextToken'],
    lookupEvents,
  ),
};
