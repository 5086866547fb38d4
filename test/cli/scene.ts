import type { Scene } from '../../src/cli/views/view.ts';
import type { Plan } from '../../src/contract/plan.ts';
import type { PlanStatus } from '../../src/report/plan-status.ts';

/** What a view of the first run that a test lives has to know beforehand. */
export function sceneOf(plan: Plan, status: { of(plan: string): PlanStatus }): Scene {
  return {
    run: '20260104T000000Z-aaaaaa',
    goesOn: 'rekey resume 20260104T000000Z-aaaaaa',
    plans: [plan],
    now: () => 0,
    isLong: () => false,
    status: (name) => status.of(name),
  };
}
