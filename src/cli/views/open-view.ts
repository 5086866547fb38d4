import type { RunEvent } from '../../contract/event.ts';
import type { Plan } from '../../contract/plan.ts';
import { registry } from '../../steps/registry.ts';
import { liveTerminal } from '../screen.ts';
import type { Settings } from '../settings.ts';
import { jsonView } from './json.ts';
import { linesView } from './lines.ts';
import type { Scene, View } from './view.ts';

const longMs = 10 * 60_000;

/** Opens the view that fits: JSON where asked for, a live one on a terminal, else lines. */
export async function openView(
  of: { readonly plans: readonly Plan[]; readonly settings: Settings; readonly json: boolean },
  run: string,
): Promise<{ view: View; tap: (event: RunEvent) => void }> {
  const { clock } = of.settings;
  const scene: Scene = {
    run,
    plans: of.plans,
    now: () => clock.now(),
    speed: clock.speed,
    isLong: (uses) => {
      const step = registry.step(uses);
      return step !== undefined && step.kind !== 'read' && step.settleWithinMs >= longMs;
    },
  };
  const view = of.json ? jsonView(scene) : liveTerminal ? await live(scene) : linesView(scene);
  return { view, tap: (event) => view.show(event) };
}

async function live(scene: Scene): Promise<View> {
  const { liveView } = await import('./live.ts');
  return liveView(scene);
}
