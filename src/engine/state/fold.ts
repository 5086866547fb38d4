import { type Entry, formatOf, type JournalRecord, journalFormat, type Key } from '../../contract/record.ts';
import { keyText } from './key.ts';
import { type PhaseEntry, type PlanEntry, refuseIllegal } from './legal.ts';
import { type Phase, type PlanState, phaseOf, planOf, type RunState, retiredKey } from './run-state.ts';

/** The state that these records add up to. Pure: the same records give the same state. Throws record-illegal for one that can't follow. */
export function fold(records: readonly JournalRecord[]): RunState {
  const state: RunState = {
    run: '',
    version: '',
    format: journalFormat,
    sources: [],
    plans: new Map(),
    startedAt: undefined,
    owner: undefined,
    rollbackAsked: undefined,
    profile: undefined,
    takenOverAt: undefined,
    takenOverBy: undefined,
    records: 0,
  };
  for (const record of records) apply(state, record, Date.parse(record.at));
  return state;
}

/** Takes one more record into the state. Throws record-illegal when it can't follow what is there. */
export function apply(state: RunState, entry: Entry, at: number): void {
  refuseIllegal(state, entry);
  state.records++;
  state.startedAt ??= at;
  switch (entry.t) {
    case 'open':
      state.format = Math.min(state.format, formatOf(entry));
      state.owner = entry.by;
      if (entry.tookOver) {
        state.takenOverAt = at;
        state.takenOverBy = undefined;
      }
      return;
    case 'interrupted':
      return;
    case 'submitted':
      state.run = entry.run;
      state.version = entry.version;
      for (const plan of entry.plans) state.sources.push(plan);
      return;
    case 'command':
      // What stopped a plan is history once somebody has told it to go on.
      for (const plan of state.plans.values()) {
        plan.stopBefore = plan.stop;
        plan.stop = undefined;
      }
      state.profile = typeof entry.options['profile'] === 'string' ? entry.options['profile'] : undefined;
      if (entry.command === 'rollback') askRollback(state, entry.options['discardWritesSince'] !== undefined);
      if (entry.options['commandsEnded'] === true) for (const plan of state.plans.values()) noteCommandsEnded(plan);
      return;
    default:
      if ('plan' in entry) applyToPlan(planOf(state, entry.plan), entry, at);
      else applyToPhase(state, entry, at);
  }
}

function applyToPhase(state: RunState, entry: PhaseEntry, at: number): void {
  const plan = planOf(state, entry.key.plan);
  if (entry.t === 'spawned') {
    const { key, process, until } = entry;
    plan.commands = [...plan.commands, { key, process, until, saidToHaveEnded: false }];
    const sent = plan.phases.get(keyText(key));
    if (sent) sent.sentBy = undefined;
    return;
  }
  const phase = phaseOf(plan, entry.key, 'uses' in entry ? entry.uses : '', state.records);
  if (entry.t === 'answered' || entry.t === 'done' || entry.t === 'failed') noteEnded(plan, phase);
  switch (entry.t) {
    case 'intent':
      state.takenOverBy ??= entry.sentAt;
      phase.input = entry.input;
      phase.before = phase.sent === 0 ? entry.before : phase.before;
      phase.sent++;
      phase.firstSentAt ??= at;
      phase.sentAt = at;
      phase.sentAtThere = entry.sentAt;
      phase.sentBy = state.owner;
      phase.unanswered = [...phase.unanswered.slice(0, entry.afterRefusal ? -1 : undefined), entry.sentAt ?? at];
      phase.end = undefined;
      return;
    case 'answered':
      phase.answered = entry.output;
      phase.unanswered = phase.unanswered.slice(0, -1);
      return;
    case 'surplus':
      phase.surplus.push(entry.output);
      return;
    case 'kept':
      phase.kept = true;
      return;
    case 'reopened':
      if (entry.key.undo !== undefined) beginAnew(phase);
      phase.end = undefined;
      return;
    case 'done':
      phase.input = entry.input;
      phase.end = { is: 'done', output: entry.output, changed: entry.changed, at };
      if (entry.expected) {
        plan.expected = entry.expected;
        plan.seen = { at, observation: entry.expected, wholeAt: plan.seen?.wholeAt ?? 0 };
      }
      plan.sightings = entry.sightings ?? plan.sightings;
      return;
    case 'failed': {
      if (entry.key.undo !== undefined) beginAnew(phase);
      if (entry.neverRan) phase.unanswered = phase.unanswered.slice(0, -1);
      phase.end = { is: 'failed', reason: entry.reason, neverRan: entry.neverRan };
      const opener = plan.writePoint?.key;
      if (entry.neverRan && opener && keyText(opener) === keyText(entry.key)) plan.writePoint = undefined;
    }
  }
}

function askRollback(state: RunState, discardWrites: boolean): void {
  state.rollbackAsked = { discardWrites };
  for (const plan of state.plans.values()) plan.rollbackAsked = state.rollbackAsked;
}

// With these a rollback is refused before it does anything: the plan stands as it stood.
const refusalsOfRollback: readonly string[] = ['past-write-point', 'originals-gone'];

/** What came of it is written by who has waited for its commands: from nowhere do they have to be looked for any more. */
function noteEnded(plan: PlanState, phase: Phase): void {
  plan.commands = plan.commands.filter(({ key }) => keyText(key) !== keyText(phase.key));
  phase.sentBy = undefined;
}

/** The operator has seen to it that what was started on another machine has ended. */
function noteCommandsEnded(plan: PlanState): void {
  for (const command of plan.commands) command.saidToHaveEnded = true;
  for (const phase of plan.phases.values()) phase.sentBy = undefined;
}

/** What takes something back has no next generation: tried again, it begins anew. */
function beginAnew(phase: Phase): void {
  phase.sent = 0;
  phase.firstSentAt = undefined;
  phase.sentAt = undefined;
  phase.sentAtThere = undefined;
  phase.unanswered = [];
  phase.answered = undefined;
}

/**
 * The first moment counts: writes since then are what going back would lose. That it was seen to serve counts more than that a
 * start of ours was about to go out: what becomes of that start does not undo it.
 */
function passed(known: PlanState['writePoint'], now: { at: number; key: Key | null }): PlanState['writePoint'] {
  if (!known) return now;
  return now.key === null ? { at: known.at, key: null } : known;
}

function applyToPlan(plan: PlanState, entry: PlanEntry, at: number): void {
  switch (entry.t) {
    case 'observed':
      plan.expected = entry.observation;
      plan.seen = { at, observation: entry.observation, wholeAt: at };
      plan.sightings = entry.sightings ?? plan.sightings;
      return;
    case 'looked':
      if (entry.observation) plan.seen = { at, observation: entry.observation, wholeAt: at };
      plan.unseen = entry.observation ? undefined : { at, why: entry.why ?? '' };
      return;
    case 'retired': {
      const of = retiredKey(entry.step, entry.item);
      plan.generations.set(of, (plan.generations.get(of) ?? 0) + 1);
      if (entry.item === null) plan.gates.delete(entry.step);
      return;
    }
    case 'gate':
      plan.gates.set(entry.step, {
        until: entry.until,
        passed: false,
        ...(entry.untilByAws !== undefined && { untilByAws: entry.untilByAws }),
      });
      return;
    case 'passed':
      plan.gates.set(entry.step, { until: plan.gates.get(entry.step)?.until ?? at, passed: true });
      return;
    case 'announced':
      plan.announcements.push({ step: entry.step, text: entry.text });
      plan.sightings = entry.sightings ?? plan.sightings;
      return;
    case 'write-point':
      plan.writePoint = passed(plan.writePoint, { at, key: entry.key });
      return;
    case 'unwinding':
      plan.rollbackAsked = undefined;
      plan.unwinding = { stop: entry.stop, over: false, happened: entry.happened };
      plan.sightings = entry.sightings ?? plan.sightings;
      plan.turned = undefined;
      plan.drift = [];
      // Nobody unwinds past a write point but by the operator's typed word.
      if (entry.stop) plan.writePoint = undefined;
      return;
    case 'unwound':
      if (plan.unwinding) plan.unwinding.over = true;
      plan.turned = entry.turned;
      // What goes forward after all deletes originals by what was seen before it was to go back.
      if (entry.turned !== undefined) return;
      plan.stale.clear();
      plan.writePoint = undefined;
      plan.livedSince = undefined;
      return;
    case 'stale':
      plan.stale.set(entry.original, entry.findings);
      return;
    case 'lived':
      for (const id of entry.ids) plan.lived.set(id, entry.reason);
      plan.livedSince ??= at;
      return;
    case 'drifted':
      plan.drift = entry.differences;
      return;
    case 'stopped':
      plan.stop = refusalsOfRollback.includes(entry.stop.error) ? plan.stopBefore : entry.stop;
      plan.rollbackAsked = undefined;
      return;
    case 'finished':
      plan.finished = entry.status;
  }
}
