import type { Journal } from '../../contract/journal.ts';
import type { Plan } from '../../contract/plan.ts';
import { cutOverOf, downSinceOf } from '../../engine/state/cut-over.ts';
import { fold } from '../../engine/state/fold.ts';
import { planOf } from '../../engine/state/run-state.ts';
import { registry } from '../../steps/registry.ts';
import { liveTerminal } from '../screen.ts';
import type { Settings } from '../settings.ts';
import { costOfHold, keptOf } from '../upkeep.ts';
import { jsonView } from './json.ts';
import { linesView } from './lines.ts';
import type { Scene, View } from './view.ts';

const longMs = 30 * 60_000;

/** Opens the view that fits: JSON where asked for, a live one on a terminal, else lines. */
export async function openView(
  of: { readonly plans: readonly Plan[]; readonly settings: Settings; readonly json: boolean },
  journal: Pick<Journal, 'run' | 'records'>,
): Promise<View> {
  const { clock } = of.settings;
  const state = fold(journal.records);
  const down = new Map(of.plans.map((plan) => [plan.name, downSinceOf(plan, registry, planOf(state, plan.name))]));
  const scene: Scene = {
    run: journal.run,
    plans: of.plans,
    now: () => clock.now(),
    isLong: (uses) => {
      const step = registry.step(uses);
      return step !== undefined && step.kind !== 'read' && step.settleWithinMs >= longMs;
    },
    isDisruptive: (uses) => {
      const step = registry.step(uses);
      return step?.kind === 'effect' && step.hazard === 'disruptive';
    },
    serves: (uses) => {
      const step = registry.step(uses);
      return step?.kind === 'effect' && step.hazard === 'disruptive' && step.serves === true;
    },
    costUntil: (name, until) => {
      const plan = of.plans.find((one) => one.name === name);
      if (!plan) return undefined;
      const now = planOf(fold(journal.records), name);
      return costOfHold(keptOf(registry, now, cutOverOf(plan, registry) !== undefined), until);
    },
    downSince: (name) => down.get(name),
  };
  if (of.json) return jsonView(scene);
  if (!liveTerminal) return linesView(scene);
  const { liveView } = await import('./live.ts');
  return liveView(scene);
}
