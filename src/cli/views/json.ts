import { answer, oneLine, tell } from '../screen.ts';
import type { Scene, View } from './view.ts';

/** One JSON object a line, on stdout: every event as it comes. The last line is the caller's. */
export function jsonView(scene: Scene): View {
  const plans = scene.plans.map((plan) => plan.name);
  answer(oneLine({ v: 1, type: 'run.started', runId: scene.run, plans, resume: scene.goesOn }));
  return {
    show: (event) => answer(oneLine({ v: 1, ...event })),
    note: tell,
    end: async () => {},
  };
}
