import type { Begun } from '../../app/drive.ts';
import type { Settings } from '../../app/settings.ts';
import { registry } from '../../steps/registry.ts';
import { nextCommand } from '../next-command.ts';
import { liveTerminal } from '../screen.ts';
import { jsonView } from './json.ts';
import { linesView } from './lines.ts';
import type { Scene, View } from './view.ts';

const longMs = 30 * 60_000;

/** Opens the view that fits: JSON where asked for, a live one on a terminal, else lines. */
export async function openView(
  of: { readonly settings: Settings; readonly json: boolean; readonly among?: boolean },
  { run, plans, goesOn, status }: Begun,
): Promise<View> {
  const { clock, stateDir } = of.settings;
  const scene: Scene = {
    run,
    goesOn: nextCommand(goesOn, stateDir),
    plans,
    now: () => clock.now(),
    isLong: (uses) => {
      const step = registry.step(uses);
      return step !== undefined && step.kind !== 'read' && step.settleWithinMs >= longMs;
    },
    status,
  };
  return of.json ? jsonView(scene) : peopleView(scene, of.among === true);
}

async function peopleView(scene: Scene, among: boolean): Promise<View> {
  if (!liveTerminal || among) return linesView(scene, among ? `${scene.run} ` : '');
  const { liveView } = await import('./live.ts');
  return liveView(scene);
}
