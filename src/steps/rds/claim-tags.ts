import type { DBInstance } from '@aws-sdk/client-rds';
import * as z from 'zod';
import type { AwsContext } from '../../aws/services.ts';
import { isReplacement } from './found.ts';
import { isGoing } from './status.ts';

/** What is claimed, and for which run. */
export const claimInput = z.strictObject({
  resources: z.array(z.string()).min(1).meta({ description: 'names and resource ids of DB instances' }),
  run: z.string().optional().meta({ description: 'the run whose claim it is; this one when omitted' }),
});
export const claimOutput = z.strictObject({ resources: z.array(z.string()) });

/** The DB instances that these name, each once: a name and a resource id may mean the same one. */
export async function claimed(ctx: AwsContext, resources: readonly string[]): Promise<readonly DBInstance[]> {
  const all = await ctx.aws.sight.databases();
  const named = (one: DBInstance, id: string) => one.DbiResourceId === id || one.DBInstanceIdentifier === id;
  return all.filter(
    (one) => !isGoing(one) && resources.some((id) => named(one, id) || isReplacement(one, ctx.run, id)),
  );
}
