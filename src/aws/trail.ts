import type { Event, LookupAttributeKey } from '@aws-sdk/client-cloudtrail';
import * as z from 'zod';
import { printable } from './printable.ts';
import type { AwsServices } from './services.ts';
import { runIn } from './user-agent.ts';

/** How late the event history may show a call, in ms: "typically within 15 minutes" (CloudTrail User Guide). */
export const trailLateMs = 15 * 60_000;

/** A call that the event history shows, as far as it could be read. */
export interface TrailCall {
  /** In ms, to the second. */
  readonly at: number;
  /** As in IAM: "rds:ModifyDBInstance". */
  readonly call: string;
  /** The principal, fit to be shown. */
  readonly who: string;
  /** The run for which rekey says it was made. Anybody can write that into a user agent. */
  readonly run: string | undefined;
  /** The code it was refused with. */
  readonly error: string | undefined;
  readonly request: Readonly<Record<string, unknown>>;
  readonly answer: Readonly<Record<string, unknown>>;
}

/** What a question has brought: all calls that could be read, and of each other one, in words, that it is there. `cut`: why that is not all. */
export interface Looked {
  readonly calls: readonly TrailCall[];
  readonly unread: readonly string[];
  readonly cut?: string;
}

// Of what anybody may have sent nothing is taken for granted.
const anything = z.record(z.string(), z.unknown()).nullish();
const optional = z.string().nullish();
const Recorded = z.object({
  eventTime: z.iso.datetime(),
  eventName: z.string().min(1),
  eventSource: z.string().regex(/^[a-z0-9-]+\.amazonaws\.com(?:\.cn)?$/),
  userAgent: optional,
  errorCode: optional,
  userIdentity: z.object({ arn: optional, invokedBy: optional, principalId: optional }).nullish(),
  requestParameters: anything,
  responseElements: anything,
});

// At two pages a second that takes a minute; who has more is not waited for.
const mostPages = 120;

/**
 * Asks CloudTrail for the calls of this account and Region since `from`, in ms, that have the attribute. It takes one attribute, and
 * shows a call up to `trailLateMs` after it was made. Throws what the SDK throws.
 */
export async function lookUp(
  { cloudtrail }: Pick<AwsServices, 'cloudtrail'>,
  [AttributeKey, AttributeValue]: readonly [LookupAttributeKey, string],
  from: number,
): Promise<Looked> {
  const asked = {
    LookupAttributes: [{ AttributeKey, AttributeValue }],
    StartTime: new Date(Math.floor(from / 1000) * 1000),
    MaxResults: 50,
  };
  const calls: TrailCall[] = [];
  const unread: string[] = [];
  let NextToken: string | undefined;
  for (let page = 1; ; page++) {
    const { Events = [], NextToken: next } = await cloudtrail().lookupEvents({
      ...asked,
      ...(NextToken && { NextToken }),
    });
    for (const event of Events) {
      const read = readEvent(event);
      if (typeof read === 'string') unread.push(read);
      else calls.push(read);
    }
    if (!next) return { calls, unread };
    if (page === mostPages)
      return { calls, unread, cut: `it has more than ${page * asked.MaxResults} events of ${AttributeValue}` };
    NextToken = next;
  }
}

/** The call; or in words that there is one which can't be read. */
export function readEvent({ EventName, EventTime, Username, CloudTrailEvent = '' }: Event): TrailCall | string {
  const read = Recorded.safeParse(parsed(CloudTrailEvent));
  if (!read.success) {
    const when =
      EventTime instanceof Date && !Number.isNaN(EventTime.getTime()) ? EventTime.toISOString() : 'some time';
    return printable(
      `CloudTrail shows a call ${EventName ?? 'of no name'} by ${Username ?? 'nobody'} at ${when}, which rekey can't read`,
      300,
    );
  }
  const { eventTime, eventName, eventSource, userAgent, errorCode, userIdentity, ...rest } = read.data;
  const who = userIdentity?.arn ?? userIdentity?.invokedBy ?? userIdentity?.principalId ?? Username ?? 'somebody';
  return {
    at: Date.parse(eventTime),
    call: printable(`${eventSource.split('.')[0]}:${eventName}`, 100),
    who: printable(who, 200),
    run: runIn(userAgent ?? ''),
    error: errorCode ?? undefined,
    request: rest.requestParameters ?? {},
    answer: rest.responseElements ?? {},
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
