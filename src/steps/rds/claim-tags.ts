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

/** Of these DB instances those that the resources name, each once: a name and a resource id may mean the same one. */
export function claimed(
  ctx: AwsContext,
  all: readonly DBInstance[],
  resources: readonly string[],
): readonly DBInstance[] {
  const named = (one: DBInstance, id: string) => one.DbiResourceId === id || one.DBInstanceIdentifier === id;
  return all.filter(
    (one) => !isGoing(one) && resources.some((id) => named(one, id) || isReplacement(one, ctx.run, id)),
  );
}
