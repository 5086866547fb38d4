import type { AwsContext } from '../../aws/services.ts';
import type { Surroundings } from '../domain.ts';
import type { Refusals } from '../refusals.ts';

/** Who stops the machine that it runs on ends in the middle of the cut-over, and nobody starts it again. */
export async function refuseOwnMachine(ctx: AwsContext, instance: string, refusals: Refusals): Promise<void> {
  if (!(await isOwnMachine(ctx, instance))) return;
  refusals.refuse(
    `rekey runs on ${instance} itself, and would end with its stop`,
    'run it on another machine, with a state directory that is not on a volume of this one',
  );
}

/** What speaks against stopping it from here, in a sentence. */
export async function faultsOfOwnMachine(ctx: AwsContext, instance: string): Promise<readonly string[]> {
  return (await isOwnMachine(ctx, instance))
    ? [`rekey runs on ${instance} itself, and would end with its stop: go on from another machine`]
    : [];
}

/** Where rekey runs, as a run relies on it: who resumes need not do so where the target was read. */
export async function factsOfRunner(ctx: AwsContext, instance: string): Promise<Surroundings> {
  const here = await isOwnMachine(ctx, instance);
  return {
    decides: {
      [`what runs on ${instance}`]: here
        ? 'rekey itself, which would end with its stop: go on from another machine'
        : 'not rekey',
    },
    told: {},
  };
}

async function isOwnMachine(ctx: AwsContext, instance: string): Promise<boolean> {
  return (await ctx.aws.ownInstance()) === instance;
}
