import type { Plan } from '../../contract/plan.ts';
import type { JournalRecord } from '../../contract/record.ts';
import type { Registry } from '../../contract/step.ts';
import { cutOverOf } from '../../engine/state/cut-over.ts';
import { apply, fold } from '../../engine/state/fold.ts';
import { keyText } from '../../engine/state/key.ts';
import { planOf, type RunState } from '../../engine/state/run-state.ts';
import { RekeyError } from '../../errors/index.ts';
import { downOf } from '../plan-status.ts';

/** A send of one thing done; times in ms. `atThere`: by the clock of whoever was called. */
export interface Send {
  readonly at: number;
  readonly atThere?: number | undefined;
  readonly afterRefusal: boolean;
}

/** When the records of one key came; times in ms. */
export interface Times {
  readonly begunAt: number;
  lastAt: number;
  readonly sends: Send[];
  answers: number;
}

/** A time in which a target was out of service because of the run, in ms. */
export interface DownTime {
  readonly since: number;
  sinceAtLatest: number;
  until: number | undefined;
}

/** What the state that records add up to no longer tells: when each came. */
export interface Walked {
  readonly state: RunState;
  /** The records that count: all, up to the first that can't follow what is there. */
  readonly records: readonly JournalRecord[];
  readonly illegal: RekeyError | undefined;
  /** Those about one plan, by its name: a run of hundreds has tens of thousands in all. */
  readonly ofPlan: ReadonlyMap<string, readonly JournalRecord[]>;
  /** By the text of the key. */
  readonly times: ReadonlyMap<string, Times>;
  /** By plan. */
  readonly down: ReadonlyMap<string, readonly DownTime[]>;
}

/** Goes through the records of a run once. A record that can't follow what is there ends it, and is told. */
export function walkRecords<S>(
  records: readonly JournalRecord[],
  plans: readonly Plan[],
  registry: Registry<S>,
): Walked {
  const state = fold([]);
  const times = new Map<string, Times>();
  const meters = new Map(plans.map((plan) => [plan.name, new DownMeter(plan, registry, state)]));
  const ofPlan = new Map<string, JournalRecord[]>();
  let illegal: RekeyError | undefined;
  let taken = 0;
  for (const record of records) {
    const at = Date.parse(record.at);
    try {
      apply(state, record, at);
    } catch (error) {
      if (!(error instanceof RekeyError)) throw error;
      illegal = error;
      break;
    }
    taken++;
    noteTimes(times, record, at);
    const name = 'plan' in record ? record.plan : 'key' in record ? record.key?.plan : undefined;
    if (name === undefined) continue;
    meters.get(name)?.take(record, at);
    const known = ofPlan.get(name);
    if (known) known.push(record);
    else ofPlan.set(name, [record]);
  }
  const down = new Map([...meters].map(([name, meter]) => [name, meter.spells]));
  return { state, records: records.slice(0, taken), illegal, ofPlan, times, down };
}

function noteTimes(times: Map<string, Times>, record: JournalRecord, at: number): void {
  if (!('key' in record) || !record.key || record.t === 'write-point') return;
  const text = keyText(record.key);
  const known = times.get(text) ?? { begunAt: at, lastAt: at, sends: [], answers: 0 };
  times.set(text, known);
  known.lastAt = at;
  if (record.t === 'answered') known.answers++;
  if (record.t !== 'intent') return;
  known.sends.push({ at, atThere: record.sentAt, afterRefusal: record.afterRefusal === true });
}

/** Tells when a target went down and when it was seen to serve again. It asks the state only at records that can change the answer. */
class DownMeter<S> {
  readonly spells: DownTime[] = [];
  private readonly plan: Plan;
  private readonly registry: Registry<S>;
  private readonly state: RunState;
  private readonly lastDisruptive: string | undefined;

  constructor(plan: Plan, registry: Registry<S>, state: RunState) {
    this.plan = plan;
    this.registry = registry;
    this.state = state;
    this.lastDisruptive = plan.steps[cutOverOf(plan, registry)?.last ?? -1]?.id;
  }

  take(record: JournalRecord, at: number): void {
    const last = this.spells.at(-1);
    const open = last?.until === undefined ? last : undefined;
    if (!this.mayTurn(record, open !== undefined)) return;
    const down = downOf(this.plan, this.registry, planOf(this.state, this.plan.name));
    if (down && open) {
      // Of the first call alone: what is sent later finds it down.
      if (down.first === open.since) open.sinceAtLatest = down.last;
      return;
    }
    if (down) this.spells.push({ since: down.first, sinceAtLatest: down.last, until: undefined });
    else if (open) {
      // The call that was to take it down was refused: it has served all the time.
      if (record.t === 'failed' && record.neverRan) this.spells.pop();
      else open.until = at;
    }
  }

  private mayTurn(record: JournalRecord, isDown: boolean): boolean {
    switch (record.t) {
      case 'intent':
        return this.isDisruptive(record.uses) && (!isDown || this.sentAgain(record));
      case 'done': {
        if (!this.isDisruptive(record.uses)) return false;
        const serves = record.expected && this.registry.target(this.plan.target.type)?.serving(record.expected).running;
        return isDown ? serves === true || record.key.step === this.lastDisruptive : serves === false;
      }
      case 'failed':
        return this.isDisruptive(record.uses);
      case 'retired':
        return record.item === null;
      case 'observed':
      case 'looked':
      case 'unwinding':
      case 'unwound':
      case 'finished':
        return true;
      default:
        return false;
    }
  }

  private sentAgain(record: JournalRecord & { readonly t: 'intent' }): boolean {
    return (planOf(this.state, this.plan.name).phases.get(keyText(record.key))?.sent ?? 0) > 1;
  }

  private isDisruptive(uses: string): boolean {
    const definition = this.registry.step(uses);
    return definition?.kind === 'effect' && definition.hazard === 'disruptive';
  }
}
