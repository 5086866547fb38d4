import type { AwsContext } from '../../../aws/services.ts';

const longestName = 63;

/** What an original is called once its replacement has its name: the name, cut to fit, and the run. `nth`: where two would be called the same. */
export function nameOfOld(ctx: AwsContext, name: string, nth = 0): string {
  const suffix = `${nth === 0 ? '' : `-${nth}`}-old-${(ctx.run.split('-').at(-1) ?? '').toLowerCase()}`;
  return `${name.slice(0, longestName - suffix.length).replace(/-+$/, '')}${suffix}`;
}
