import type { Json } from '../contract/json.ts';
import type { Phase } from './fold.ts';
import type { PlanRun } from './ports.ts';

/** Did an effect of this run, of any generation, give birth to `id`? */
export function madeByThisRun<S>(run: PlanRun<S>, id: string): boolean {
  return birthsOf(run, id).length > 0;
}

/** When `id` was last asked for, in ms; long ago when this run does not know it. */
export function madeAt<S>(run: PlanRun<S>, id: string): number {
  return Math.max(0, ...birthsOf(run, id).map((phase) => phase.sentAt ?? 0));
}

function birthsOf<S>(run: PlanRun<S>, id: string): Phase[] {
  const is = (output: Json | undefined) =>
    output !== null && typeof output === 'object' && 'id' in output && (output as { id?: Json }).id === id;
  return [...run.run.plans.values()].flatMap((plan) =>
    [...plan.phases.values()].filter((phase) => {
      const done = phase.end?.is === 'done' ? phase.end.output : undefined;
      return phase.sent > 0 && (is(phase.answered) || is(done) || phase.surplus.some(is));
    }),
  );
}
