import type { RunEvent } from '../../contract/event.ts';
import type { Entry, Key } from '../../contract/record.ts';
import { keyText } from '../../engine/key.ts';
import { durationText, momentText } from '../duration.ts';
import { safe, tell } from '../screen.ts';
import type { Scene, View } from './view.ts';

const progressStep = 0.25;

/** Plain lines with the run's time, for a pipe or a log: no control characters, no colour. */
export function linesView(scene: Scene): View {
  const several = scene.plans.length > 1;
  const long = new Map<string, { title: string; told: number }>();
  const line = (plan: string, text: string) =>
    tell(`${momentText(scene.now())} ${several ? `${plan} ` : ''}${safe(text.replaceAll('\n', '; '))}`);
  for (const plan of scene.plans)
    line(plan.name, `${plan.name}: ${plan.target.id} in ${plan.region}, run ${scene.run}`);
  return {
    show: (event) => showEvent(event, scene, long, line),
    note: (text) => tell(`${momentText(scene.now())} ${safe(text)}`),
    end: async () => {},
    abandon: () => {},
  };
}

type Line = (plan: string, text: string) => void;
type Long = Map<string, { title: string; told: number }>;

function showEvent(event: RunEvent, scene: Scene, long: Long, line: Line): void {
  switch (event.type) {
    case 'step.started':
      return line(event.plan, `${event.step}: ${event.uses}${event.items === 1 ? '' : `, ${event.items} items`}`);
    case 'step.finished':
      return line(event.plan, `${event.step}: done`);
    case 'effect.started':
      if (!scene.isLong(event.uses)) return;
      long.set(keyText(event.key), { title: event.title, told: 0 });
      return line(event.key.plan, `${event.key.step}: ${event.title}`);
    case 'effect.progress': {
      const known = long.get(keyText(event.key));
      const reached = Math.floor(event.progress / progressStep) * progressStep;
      if (!known || reached <= known.told || reached >= 1) return;
      known.told = reached;
      return line(event.key.plan, `${event.key.step}: ${known.title}: ${Math.round(reached * 100)} %`);
    }
    case 'effect.retried': {
      const what = `${event.key.step}${event.key.item === null ? '' : ` ${event.key.item}`}`;
      return line(event.key.plan, `${what}: ${event.code}: ${event.message}; again in ${durationText(event.inMs)}`);
    }
    case 'gate.waiting': {
      const left = Number.isFinite(event.until) ? ` (${durationText(event.until - scene.now())})` : '';
      return line(event.plan, `${event.step}: ${event.gate} until ${momentText(event.until)}${left}`);
    }
    case 'record':
      return showRecord(event.entry, long, line);
  }
}

function showRecord(entry: Entry, long: Long, line: Line): void {
  switch (entry.t) {
    case 'done': {
      const known = take(long, entry.key);
      return known ? line(entry.key.plan, `${entry.key.step}: ${known.title}: done`) : undefined;
    }
    case 'failed':
      long.delete(keyText(entry.key));
      return line(entry.key.plan, `${entry.key.step}: failed: ${entry.reason}`);
    case 'announced':
      return line(entry.plan, `${entry.step}: note: ${entry.text}`);
    case 'write-point':
      return line(entry.plan, `write point: from here on only forward (${entry.reason})`);
    case 'unwinding':
      return line(
        entry.plan,
        entry.stop ? `taking back what was done, because: ${entry.stop.message}` : 'taking back what was done',
      );
    case 'unwound':
      return line(entry.plan, 'taken back');
    case 'stopped':
      return line(entry.plan, `stopped: ${entry.stop.message}`);
    case 'finished':
      return line(entry.plan, entry.status === 'done' ? 'done' : 'rolled back');
    default:
      return;
  }
}

function take(long: Long, key: Key): { title: string } | undefined {
  const text = keyText(key);
  const known = long.get(text);
  long.delete(text);
  return known;
}
