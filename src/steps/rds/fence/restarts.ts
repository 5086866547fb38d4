import type { AwsContext } from '../../../aws/services.ts';
import { iso } from '../../moment.ts';

// RDS keeps events for two weeks.
const keptMinutes = 14 * 24 * 60;
const said = /DB instance restarted/i;

/** When RDS last restarted the engine, by its own account, in ISO 8601; null when its events know of no restart. Dates are AWS's: our clock may differ. */
export async function lastRestart(ctx: AwsContext, name: string): Promise<string | null> {
  let last: string | null = null;
  let Marker: string | undefined;
  do {
    const answer = await ctx.aws.rds.describeEvents({
      SourceIdentifier: name,
      SourceType: 'db-instance',
      EventCategories: ['availability'],
      Duration: keptMinutes,
      ...(Marker && { Marker }),
    });
    for (const { Message, Date: at } of answer.Events ?? []) {
      if (said.test(Message ?? '') && at && (last === null || iso(at) > last)) last = iso(at);
    }
    Marker = answer.Marker;
  } while (Marker);
  return last;
}
