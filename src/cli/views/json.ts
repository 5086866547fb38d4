import { printEvent, printRunEvent } from '../json-lines.ts';
import { tell } from '../screen.ts';
import type { Scene, View } from './view.ts';

/** One JSON object a line, on stdout: every event as it comes. The last line is the caller's. */
export function jsonView(scene: Scene): View {
  const plans = scene.plans.map((plan) => plan.name);
  printEvent(scene.now(), 'run.started', { runId: scene.run, plans, resume: scene.goesOn });
  return {
    show: (event) => printRunEvent(scene.now(), scene.run, event),
    note: tell,
    end: async () => {},
  };
}
