import type { Begun, Observer } from '../app/drive.ts';
import type { RunEnd } from '../app/run-end.ts';
import type { Settings } from '../app/settings.ts';
import type { RunEvent } from '../contract/event.ts';
import type { RekeyError } from '../errors/index.ts';
import { listen } from './interruption.ts';
import { type EventBody, printEvent } from './json-lines.ts';
import { reportLines } from './report.ts';
import { answer, tell, tellError } from './screen.ts';
import type { View } from './views/view.ts';

/** How a run shows while it goes. */
export interface Showing {
  readonly settings: Settings;
  readonly json: boolean;
  /** Others are resumed beside it, on the same screen. */
  readonly among?: boolean;
  /** Sees every event, besides the view. */
  readonly watch?: ((event: RunEvent) => void) | undefined;
}

/** What a run is given to be seen, and ended by a signal. */
export interface Shown {
  readonly observer: Observer;
  readonly signal: AbortSignal;
}

/** Shows a run while `work` takes it further, and says how it stands then. Gives the exit code. */
export async function showRun(of: Showing, work: (shown: Shown) => Promise<RunEnd | number>): Promise<number> {
  const stop = new AbortController();
  const screen = new Screen(of, stop);
  let end: RunEnd | number;
  try {
    end = await work({ observer: screen, signal: stop.signal });
    await screen.end();
  } catch (error) {
    await screen.end();
    if (screen.run) tell(`run   ${screen.run.run}\nhead  ${screen.run.head()}`);
    throw error;
  } finally {
    screen.release();
  }
  if (typeof end !== 'number') close(of, end);
  return typeof end === 'number' ? end : end.exit;
}

class Screen implements Observer {
  run: Begun | undefined;
  private view: View | undefined;
  private readonly of: Showing;
  private readonly stop: AbortController;
  private readonly releases: (() => void)[] = [];

  constructor(of: Showing, stop: AbortController) {
    this.of = of;
    this.stop = stop;
  }

  async begun(run: Begun): Promise<void> {
    const { openView } = await import('./views/open-view.ts');
    const view = await openView(this.of, run);
    this.run = run;
    this.view = view;
    this.releases.push(
      warnThrough(view),
      listen(this.stop, (text) => view.note(text)),
    );
  }

  event(event: RunEvent): void {
    this.view?.show(event);
    this.of.watch?.(event);
  }

  note(text: string): void {
    if (this.view) this.view.note(text);
    else tell(text);
  }

  async end(): Promise<void> {
    await this.view?.end();
  }

  release(): void {
    for (const release of this.releases) release();
  }
}

/** Node writes its warnings over whatever is on the screen; meanwhile they go through the view. Gives the way back. */
function warnThrough(view: View): () => void {
  const printers = process.listeners('warning');
  const note = (warning: Error) => view.note(`${warning.name}: ${warning.message}`);
  process.removeAllListeners('warning').on('warning', note);
  return () => {
    process.off('warning', note);
    for (const printer of printers) process.on('warning', printer);
  };
}

/** Says how the run ended. */
function close({ settings, json }: Showing, end: RunEnd): void {
  const { stateDir, clock } = settings;
  if (end.lost) tellError(end.lost, stateDir);
  const errors = new Map(
    end.plans.flatMap(({ plan, error }): [string, RekeyError][] => (error ? [[plan, error]] : [])),
  );
  const words = reportLines({ stateDir, now: clock.now(), head: end.head, errors }, end.runStatus).join('\n');
  // Where stdout is for a program, people read on stderr.
  if (json) tell(words);
  else answer(words);
  if (json) printEvent(clock.now(), 'run.finished', finishedBody(end));
}

function finishedBody({ run, status, exit, head, plans, runStatus, calls }: RunEnd): EventBody {
  return {
    runId: run,
    status,
    exit,
    head,
    plans: plans.map(({ plan, status }, at) => ({
      name: plan,
      status,
      replacements: (runStatus.plans[at]?.pairs ?? []).map(({ original, replacement, verdict }) => ({
        original,
        replacement,
        verdict,
      })),
    })),
    apiCalls: Object.fromEntries([...calls].sort(([a], [b]) => (a < b ? -1 : 1))),
  };
}
