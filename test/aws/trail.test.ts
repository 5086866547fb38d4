import type { Event } from '@aws-sdk/client-cloudtrail';
import { describe, expect, it } from 'vitest';
import type { AwsServices } from '../../src/aws/services.ts';
import { lookUp, readEvent } from '../../src/aws/trail.ts';
import { runIn } from '../../src/aws/user-agent.ts';

const about = { EventName: 'ModifyDBInstance', Username: 'alex', EventTime: new Date('2026-01-04T01:02:03Z') };
const record = {
  eventTime: '2026-01-04T01:02:03Z',
  eventName: 'ModifyDBInstance',
  eventSource: 'rds.amazonaws.com',
  userAgent: 'aws-sdk-js/3.1 rekey/0.1.0 run/20260104T000000Z-aaaaaa',
  userIdentity: { type: 'IAMUser', arn: 'arn:aws:iam::111122223333:user/alex' },
  requestParameters: { dBInstanceIdentifier: 'orders' },
  responseElements: null,
};
const event = (changes: object = {}): Event => ({
  ...about,
  CloudTrailEvent: JSON.stringify({ ...record, ...changes }),
});

describe('an event of CloudTrail', () => {
  it('is read with when, who, by which call and for which run', () => {
    expect(readEvent(event())).toEqual({
      at: Date.parse(record.eventTime),
      call: 'rds:ModifyDBInstance',
      who: 'arn:aws:iam::111122223333:user/alex',
      run: '20260104T000000Z-aaaaaa',
      error: undefined,
      request: { dBInstanceIdentifier: 'orders' },
      answer: {},
    });
  });

  it.each<[string, Event]>([
    ['is no JSON', { ...about, CloudTrailEvent: '{"eventTime":' }],
    ['is not there', about],
    ['is a list', { ...about, CloudTrailEvent: '[]' }],
    ['has no name', event({ eventName: undefined })],
    ['has a time that is none', event({ eventTime: 'yesterday' })],
    ['has a source that is none', event({ eventSource: 'rds.example.com' })],
    ['has parameters that are none', event({ requestParameters: 'orders' })],
    ['has an identity that is none', event({ userIdentity: { arn: { is: 'alex' } } })],
  ])('that %s is told as one that can not be read, with what is known of it', (_what, one) => {
    expect(readEvent(one)).toBe(
      "CloudTrail shows a call ModifyDBInstance by alex at 2026-01-04T01:02:03.000Z, which rekey can't read",
    );
  });

  it('of another partition is read like any other', () => {
    const read = readEvent(event({ eventSource: 'rds.amazonaws.com.cn' }));
    expect(typeof read === 'object' && read.call).toBe('rds:ModifyDBInstance');
  });

  it('shows nothing that could write to a terminal', () => {
    const read = readEvent(event({ userIdentity: { arn: '\u001b[2Jalex' } }));
    expect(typeof read === 'object' && read.who).toBe('\\u001b[2Jalex');
  });

  it.each([
    ['aws-sdk-js/3.1 rekey/0.1.0 run/20260104T000000Z-aaaaaa', '20260104T000000Z-aaaaaa'],
    ['[aws-sdk-js/3.1 rekey/0.1.0 run/20260104T000000Z-aaaaaa]', '20260104T000000Z-aaaaaa'],
    ['aws-cli/2 run/20260104T000000Z-aaaaaa', undefined],
    ['not-rekey/1 run/x', undefined],
    ['rekey/0.1.0 run/20260104T000000Z-aaaaaa/more', undefined],
    ['', undefined],
  ])('of the user agent %j is of run %s', (agent, run) => {
    expect(runIn(agent)).toBe(run);
  });
});

describe('a lookup', () => {
  const asked: object[] = [];
  const answering = (pages: readonly (readonly Event[])[], endless = false): Pick<AwsServices, 'cloudtrail'> => ({
    cloudtrail: () =>
      ({
        lookupEvents: async (input: { NextToken?: string }) => {
          asked.push(input);
          const nth = Number(input.NextToken ?? 0);
          const more = endless || nth + 1 < pages.length;
          return { Events: pages[nth % pages.length], ...(more && { NextToken: String(nth + 1) }) };
        },
      }) as never,
  });

  it('asks page after page by one attribute since a time, and keeps apart what can not be read', async () => {
    asked.length = 0;
    const aws = answering([[event(), about], [event()]]);
    const looked = await lookUp(aws, ['EventName', 'ModifyDBInstance'], Date.UTC(2026, 0, 4, 1, 0, 0, 700));
    expect([looked.calls.length, looked.unread.length, looked.cut]).toEqual([2, 1, undefined]);
    const LookupAttributes = [{ AttributeKey: 'EventName', AttributeValue: 'ModifyDBInstance' }];
    const common = { LookupAttributes, StartTime: new Date('2026-01-04T01:00:00Z'), MaxResults: 50 };
    expect(asked).toEqual([common, { ...common, NextToken: '1' }]);
  });

  it('that does not come to an end says that it does not know all', async () => {
    const { cut } = await lookUp(answering([[event()]], true), ['EventName', 'ModifyDBInstance'], 0);
    expect(cut).toBe('it has more than 6000 events of ModifyDBInstance');
  });
});
