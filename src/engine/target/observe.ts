import type { PlanRun } from '../plan-run.ts';
import type { Guard } from './guard.ts';

/** How the target looks before anything is read, so that a change between two reads shows as one. */
export async function observe<S>(run: PlanRun<S>, guard: Guard<S>): Promise<void> {
  const { observation } = await guard.look();
  await run.append({ t: 'observed', plan: run.plan.name, observation });
}
