import type { Settings } from '../../app/settings.ts';
import type { Journal } from '../../contract/journal.ts';
import type { Plan } from '../../contract/plan.ts';
import { journalFormat } from '../../contract/record.ts';
import { fold } from '../../engine/state/fold.ts';
import { LiveStatus } from '../../report/live-status.ts';
import { wordsOf } from '../../report/next-steps.ts';
import { registry } from '../../steps/registry.ts';
import { nextCommand } from '../next-command.ts';
import { liveTerminal } from '../screen.ts';
import { jsonView } from './json.ts';
import { linesView } from './lines.ts';
import type { Scene, View } from './view.ts';

const longMs = 30 * 60_000;

/** Opens the view that fits: JSON where asked for, a live one on a terminal, else lines. */
export async function openView(
  of: {
    readonly plans: readonly Plan[];
    readonly settings: Settings;
    readonly json: boolean;
    readonly among?: boolean;
  },
  journal: Pick<Journal, 'run' | 'records'>,
): Promise<View> {
  const { clock } = of.settings;
  const live = new LiveStatus(of.plans, registry, journal.records);
  // One of an older format is taken back, and not gone on with.
  const goesOn = fold(journal.records).format < journalFormat ? 'rollback' : 'resume';
  const scene: Scene = {
    run: journal.run,
    goesOn: nextCommand(wordsOf(goesOn, journal.run, of.settings.profile), of.settings.stateDir),
    plans: of.plans,
    now: () => clock.now(),
    isLong: (uses) => {
      const step = registry.step(uses);
      return step !== undefined && step.kind !== 'read' && step.settleWithinMs >= longMs;
    },
    status: (name) => live.of(name),
  };
  const view = of.json ? jsonView(scene) : await peopleView(scene, of.among === true);
  return {
    ...view,
    show(event) {
      live.take(event);
      view.show(event);
    },
  };
}

async function peopleView(scene: Scene, among: boolean): Promise<View> {
  if (!liveTerminal || among) return linesView(scene, among ? `${scene.run} ` : '');
  const { liveView } = await import('./live.ts');
  return liveView(scene);
}
