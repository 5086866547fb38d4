import { setMaxListeners } from 'node:events';
import type { RunEvent } from '../contract/event.ts';
import type { Journal } from '../contract/journal.ts';
import type { Json } from '../contract/json.ts';
import type { Plan } from '../contract/plan.ts';
import { journalFormat } from '../contract/record.ts';
import { type Command, execute } from '../engine/execute.ts';
import { fold } from '../engine/state/fold.ts';
import type { RekeyError } from '../errors/index.ts';
import type { JournalStore } from '../journal/store.ts';
import { LiveStatus } from '../report/live-status.ts';
import { wordsOf } from '../report/next-steps.ts';
import type { PlanStatus } from '../report/plan-status.ts';
import { runStatus } from '../report/run-status.ts';
import { registry } from '../steps/registry.ts';
import { createPorts } from './ports.ts';
import { type Outcome, type RunEnd, runEnd } from './run-end.ts';
import { openSession, type Session } from './session.ts';
import { profileOf, type Settings } from './settings.ts';

/** How a run is taken further, whatever the command. */
export interface Driving {
  readonly settings: Settings;
  /** Stay until windows and holds open, instead of ending as paused. */
  readonly wait?: boolean | undefined;
  /** A run whose claim on the target may be replaced. */
  readonly replaceClaim?: string | undefined;
  /** Once aborted, nothing new is begun and the run ends within seconds; before it has begun, its reason is thrown. */
  readonly signal?: AbortSignal | undefined;
  readonly observer?: Observer | undefined;
}

/** Hears of a run while it goes. Nothing in here may throw. */
export interface Observer {
  /** The journal is ours: from here on the run is on record, whatever ends this process. Its first effect waits for this. */
  begun?(run: Begun): Promise<void> | void;
  event?(event: RunEvent): void;
  /** What the operator ought to know, in words; also before the run has begun. */
  note?(text: string): void;
}

/** A run that this process owns. */
export interface Begun {
  readonly run: string;
  readonly plans: readonly Plan[];
  /** What is typed after the program's name to continue it, whatever ends this process. */
  readonly goesOn: readonly string[];
  /** The hash of its last record now. */
  head(): string;
  /** How the plan of this name stands now. */
  status(plan: string): PlanStatus;
}

/** What is driven. */
export interface Drive extends Driving {
  readonly plans: readonly Plan[];
  readonly command: Command;
  /** What was chosen, for the journal; the profile and the claim that may be replaced are added. */
  readonly options: { readonly [name: string]: Json };
  /** Begins or opens the journal. */
  own(store: JournalStore): Promise<Journal>;
}

const fullDisk = 'the disk of the state directory is full: nothing new is begun, and what was done is taken back';
// A person or a supervisor waits five seconds; printing needs the rest.
const patienceMs = 4_500;

/** Takes a run as far as it goes. Throws what `openSession` and the journal throw; what a plan meets is in the end that it resolves to. */
export async function drive(of: Drive): Promise<RunEnd> {
  const { settings, plans, observer } = of;
  const stop = new AbortController();
  // Everything that waits listens to it.
  setMaxListeners(0, stop.signal);
  const session = await openSession(plans, settings, stop.signal);
  const { openStore } = await import('../journal/store.ts');
  of.signal?.throwIfAborted();
  const lost = latch<RekeyError>();
  const heard = { onLost: lost.give, onFull: () => observer?.note?.(fullDisk) };
  const journal = await of.own(openStore(settings.stateDir, settings.clock, heard));
  session.workFor(journal.run);
  session.fence(() => journal.stillOurs());
  const live = new LiveStatus(plans, registry, journal.records);
  let release = () => {};
  let outcome: Outcome;
  try {
    await observer?.begun?.(begunOf(of, journal, live));
    session.onWarning((text) => observer?.note?.(`note: ${text}`));
    const interruption = interruptionOf(of.signal, stop, (signal) => {
      journal.append({ t: 'interrupted', signal }).catch(lost.give);
    });
    release = interruption.release;
    const emit = (event: RunEvent) => {
      live.take(event);
      observer?.event?.(event);
    };
    const way = { journal, session, signal: stop.signal, emit };
    outcome = await Promise.race([underWay(of, way), lost.given, interruption.overdue]);
  } finally {
    release();
    // What is still under way sends nothing more.
    stop.abort();
    await Promise.race([journal.close(), new Promise((resolve) => setTimeout(resolve, 300).unref())]);
  }
  const status = runStatus(plans, registry, fold(journal.records), false, settings.clock.now());
  return runEnd(status, outcome, journal.head, session.calls);
}

function underWay(
  of: Drive,
  way: { journal: Journal; session: Session; signal: AbortSignal; emit: (event: RunEvent) => void },
): Promise<Outcome> {
  const { journal, session, signal, emit } = way;
  const { settings, wait = false, replaceClaim } = of;
  const ports = createPorts({ journal, aws: session.aws, clock: settings.clock, emit, signal, wait, replaceClaim });
  const claim = replaceClaim ? { replaceClaim } : {};
  return execute(of.plans, ports, of.command, { ...profileOf(settings), ...of.options, ...claim });
}

function begunOf<S>({ settings, plans }: Drive, journal: Journal, live: LiveStatus<S>): Begun {
  // One of an older format is taken back, and not gone on with.
  const command = fold(journal.records).format < journalFormat ? 'rollback' : 'resume';
  return {
    run: journal.run,
    plans,
    goesOn: wordsOf(command, journal.run, settings.profile),
    head: () => journal.head,
    status: (plan) => live.of(plan),
  };
}

/** Passes on what a caller's signal asks for: to end in order, and some seconds later to wait no longer. */
function interruptionOf(
  signal: AbortSignal | undefined,
  stop: AbortController,
  note: (signal: string) => void,
): { readonly overdue: Promise<'overdue'>; release(): void } {
  const overdue = latch<'overdue'>();
  let timer: NodeJS.Timeout | undefined;
  const heard = () => {
    timer = setTimeout(() => overdue.give('overdue'), patienceMs);
    stop.abort();
    const reason: unknown = signal?.reason;
    note(typeof reason === 'string' ? reason : 'abort');
  };
  if (signal?.aborted) heard();
  else signal?.addEventListener('abort', heard, { once: true });
  const release = () => {
    clearTimeout(timer);
    signal?.removeEventListener('abort', heard);
  };
  return { overdue: overdue.given, release };
}

/** A promise, and what resolves it. */
function latch<T>(): { readonly given: Promise<T>; readonly give: (value: T) => void } {
  let give: (value: T) => void = () => {};
  const given = new Promise<T>((resolve) => {
    give = resolve;
  });
  return { given, give };
}
