import type { Tag } from '@aws-sdk/client-ec2';
import * as z from 'zod';
import type { AwsContext } from '../../aws/services.ts';
import { livingState } from './standing.ts';

/** What is claimed, and for which run. */
export const claimInput = z.strictObject({
  resources: z.array(z.string()).min(1).meta({ description: 'instances and volumes' }),
  run: z.string().optional().meta({ description: 'the run whose claim it is; left out: this run' }),
});
export const claimOutput = z.strictObject({ resources: z.array(z.string()) });

/** The tags of an instance or volume; undefined when it is gone. */
export async function tagsOf(ctx: AwsContext, id: string): Promise<readonly Tag[] | undefined> {
  if (id.startsWith('i-')) {
    const instance = await ctx.aws.sight.instance(id);
    return livingState(instance) === undefined ? undefined : (instance?.Tags ?? []);
  }
  const volume = await ctx.aws.sight.volume(id);
  return volume && (volume.Tags ?? []);
}
