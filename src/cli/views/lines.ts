import type { RunEvent } from '../../contract/event.ts';
import type { Entry, Key } from '../../contract/record.ts';
import { keyText } from '../../engine/state/key.ts';
import { durationText, momentText } from '../../report/duration.ts';
import { costOfHold } from '../../report/holding-cost.ts';
import { answer, safe } from '../screen.ts';
import { firstLine, type Scene, type View } from './view.ts';

const progressStep = 0.25;

/** Plain lines with the run's time on stdout, for a pipe or a log: no control characters, no colour. `before` stands behind the time. */
export function linesView(scene: Scene, before = ''): View {
  const teller = new Teller(scene);
  const several = scene.plans.length > 1;
  const line = ({ plan, text }: Line) =>
    answer(`${momentText(scene.now())} ${before}${several ? `${plan} ` : ''}${safe(inOneLine(text))}`);
  answer(firstLine(scene, process.stdout.columns));
  for (const { name, target, region } of scene.plans) {
    line({ plan: name, text: `${several ? '' : `${name}: `}${target.id} in ${region}` });
  }
  return {
    show(event) {
      const told = teller.tell(event);
      if (told) line(told);
    },
    note: (text) => answer(`${momentText(scene.now())} ${before}${safe(text)}`),
    end: async () => {},
  };
}

/** A text of several lines in one: what a list was introduced by stays before it. */
const inOneLine = (text: string) => text.replace(/:\n\s*(- )?/g, ': ').replace(/\n\s*(- )?/g, '; ');

interface Line {
  readonly plan: string;
  readonly text: string;
}

/** Puts events into words; what isn't worth a line gives none. */
class Teller {
  readonly #scene: Scene;
  /** What takes long and is under way, with the progress told last. */
  readonly #long = new Map<string, { title: string; told: number }>();

  constructor(scene: Scene) {
    this.#scene = scene;
  }

  tell(event: RunEvent): Line | undefined {
    switch (event.type) {
      case 'record':
        return this.#record(event.entry);
      case 'step.started': {
        const many = event.items === 1 ? '' : `, ${event.items} items`;
        return { plan: event.plan, text: `${event.step}: ${event.uses}${many}` };
      }
      case 'step.finished':
        return { plan: event.plan, text: `${event.step}: done` };
      case 'effect.started':
        // What is taken back has no step of its own to be told by.
        if (event.key.undo === undefined && !this.#scene.isLong(event.uses)) return undefined;
        this.#long.set(keyText(event.key), { title: event.title, told: 0 });
        return of(event.key, event.title);
      case 'effect.progress': {
        const known = this.#long.get(keyText(event.key));
        const reached = Math.floor(event.progress / progressStep) * progressStep;
        if (!known || reached <= known.told || reached >= 1) return undefined;
        known.told = reached;
        return of(event.key, `${known.title}: ${Math.round(reached * 100)} %`);
      }
      case 'effect.retried': {
        const item = event.key.item === null ? '' : `${event.key.item}: `;
        return of(event.key, `${item}${event.code}: ${event.message}; again in ${durationText(event.inMs)}`);
      }
      case 'question.retried':
        return {
          plan: event.plan,
          text: `${event.title}: ${event.code}: ${event.message}; again in ${durationText(event.inMs)}`,
        };
      case 'gate.waiting': {
        const left = Number.isFinite(event.until) ? ` (in ${durationText(event.until - this.#scene.now())})` : '';
        const cost =
          event.gate === 'hold' ? costOfHold(this.#scene.status(event.plan).holdingCosts, event.until) : undefined;
        const opens = Number.isFinite(event.until) ? `opens ${momentText(event.until)}` : 'never opens';
        const text = `${event.step}: ${event.gate}, ${opens}${left}`;
        return { plan: event.plan, text: cost === undefined ? text : `${text}; ${cost}` };
      }
    }
  }

  #record(entry: Entry): Line | undefined {
    switch (entry.t) {
      case 'done': {
        const known = this.#long.get(keyText(entry.key));
        this.#long.delete(keyText(entry.key));
        return known && of(entry.key, `${known.title}: done`);
      }
      case 'failed':
        this.#long.delete(keyText(entry.key));
        return of(entry.key, `failed: ${entry.reason}`);
      case 'announced':
        return { plan: entry.plan, text: `${entry.step}: note: ${entry.text}` };
      case 'write-point':
        return { plan: entry.plan, text: `write point: from here on only forward (${entry.reason})` };
      case 'unwinding': {
        const because = entry.stop ? `, because: ${entry.stop.message}` : '';
        return { plan: entry.plan, text: `taking back what was done${because}` };
      }
      case 'unwound':
        return { plan: entry.plan, text: entry.turned === undefined ? 'taken back' : `turned round: ${entry.turned}` };
      case 'stopped':
        return { plan: entry.plan, text: `stopped: ${entry.stop.message}` };
      case 'finished':
        return { plan: entry.plan, text: entry.status === 'done' ? 'done' : 'rolled back' };
      default:
        return undefined;
    }
  }
}

const of = (key: Key, text: string): Line => ({ plan: key.plan, text: `${key.step}: ${text}` });
