import type { PlanSource } from '../../src/contract/plan.ts';
import type { JournalRecord } from '../../src/contract/record.ts';
import type { Command } from '../../src/engine/execute.ts';
import { firstRun, type Life, type ProcessOptions, volumePlan, type World } from '../support/world.ts';
import type { Choices } from './choices.ts';
import { crashOf, type Grammar } from './grammar.ts';
import type { Variant } from './wide.ts';

/** One of the runs of a history, with what its last process has left. */
export interface RunUnderWay {
  readonly id: string;
  readonly plans: readonly PlanSource[];
  disk: readonly JournalRecord[];
  last: Life | undefined;
}

/** How a process of a run is begun. */
export type Begun = Pick<ProcessOptions, 'crash' | 'interruptAfterMs' | 'wait' | 'command' | 'replaceClaim'>;

/** A second run on the target. */
export const aSecondRun = 'a second run on the target';
/** A second plan of the run on something that the first moves. */
export const aSecondPlan = 'a second plan of the run on the same thing';
export const aTypedRollback = 'a rollback by the typed word';

const secondRun = '20260104T000100Z-bbbbbb';
const volumesOfInstance = ['vol-00000000000000001', 'vol-00000000000000002'];

/** What histories of the latest seeds have besides: drawn from a source of its own, so that nothing before it hangs on it. */
export class Beside {
  readonly first: RunUnderWay;
  readonly second: RunUnderWay | undefined;
  /** What there is of it, and how the plan of the second run differs from the one that ships. */
  readonly names: readonly string[];
  private readonly choices: Choices;
  private readonly reach: Grammar['reach'];
  /** Its operators end a process at a hold and come again later. */
  private readonly comesAgain: boolean;

  constructor(choices: Choices, of: { readonly name: string; readonly plan: PlanSource; readonly grammar: Grammar }) {
    this.choices = choices;
    this.reach = of.grammar.reach;
    this.comesAgain = choices.chance(0.6);
    const ofInstance = of.name === 'ec2-instance';
    const runs = choices.chance(0.7);
    const plans = ofInstance && choices.chance(0.25);
    const other = otherPlan(choices, of, ofInstance);
    this.first = begin(firstRun, plans ? [of.plan, volumeOfInstance(choices)] : [of.plan]);
    this.second = runs ? begin(secondRun, [other.plan]) : undefined;
    this.names = [...(runs ? [aSecondRun, ...other.names] : []), ...(plans ? [aSecondPlan] : [])];
  }

  get runs(): readonly RunUnderWay[] {
    return this.second ? [this.first, this.second] : [this.first];
  }

  /** How the next process of a run is begun. */
  next(world: World, run: RunUnderWay): Begun {
    const choices = this.choices;
    const other = this.runs.find((one) => one !== run);
    const takes = choices.chance(run === this.second ? 0.3 : 0.1);
    const back = choices.chance(run === this.second ? 0.3 : 0.2);
    const command: Command = { command: 'rollback', discardWrites: choices.chance(0.4) };
    return {
      wait: !this.comesAgain,
      ...(takes && other && isClaimed(world, other.id) && { replaceClaim: other.id }),
      ...(back && run.disk.length > 0 && { command }),
    };
  }

  /** How the processes of the second run are begun, of those that live now. */
  *turns(world: World): Generator<readonly [RunUnderWay, Begun]> {
    const { second } = this;
    const choices = this.choices;
    while (second && choices.chance(0.45)) {
      if (choices.chance(0.3)) world.pass(choices.below(7_200_000));
      const crash = crashOf(choices, this.reach);
      const interruptAfterMs = choices.below(this.reach.interruptMs);
      const interrupted = choices.chance(0.15);
      const begun = this.next(world, second);
      yield [second, { ...begun, ...(crash && { crash }), ...(interrupted && { interruptAfterMs }) }];
    }
  }
}

const begin = (id: string, plans: readonly PlanSource[]): RunUnderWay => ({ id, plans, disk: [], last: undefined });

function volumeOfInstance(choices: Choices): PlanSource {
  return { ...volumePlan, sets: [...volumePlan.sets, `target.id=${choices.one(volumesOfInstance)}`] };
}

/** The same plan, another variant of it, or a plan of one of its volumes. */
function otherPlan(
  choices: Choices,
  { plan, grammar }: { readonly plan: PlanSource; readonly grammar: Grammar },
  ofInstance: boolean,
): Variant {
  const variant = grammar.wide(choices).plan(plan);
  const way = choices.below(10);
  if (way < 5) return { plan, names: [] };
  return ofInstance && way > 7 ? { plan: volumeOfInstance(choices), names: [] } : variant;
}

function isClaimed(world: World, run: string): boolean {
  const { instances, volumes, rds } = world.account.world;
  const held = [instances, volumes, rds.databases, rds.clusters].flatMap((books) => [...books.values()]);
  return held.some(({ tags }) => tags.now.has(`rekey:claim:${run}`));
}

// The other run has moved what this one was to move.
const overtaken = [
  'nothing-to-do',
  'target-refused',
  'target-changed',
  'original-gone',
  'effect-failed',
  'replacement-stale',
];

/** Where a run stands: the error of its last process, or its status. */
export function endOf({ last }: RunUnderWay): string {
  if (!last) return 'not begun';
  if (last.result === 'died') return 'died';
  const { plans, status } = last.result;
  const errors = plans.flatMap(({ error }) => error?.code ?? []);
  // A plan of something that another plan of the run has moved is refused for ever.
  const moved =
    plans[0]?.status === 'done' && errors.every((code) => ['target-refused', 'nothing-to-do'].includes(code));
  return moved && errors.length > 0 ? 'done' : (errors[0] ?? status);
}

/** It has come to its end: nothing is left to do for it. */
export const isOver = (run: RunUnderWay) => ['not begun', 'done', 'rolled-back'].includes(endOf(run));

/** Is it for a person who knows that the other run has moved the target to take this one back? */
export function isOvertaken(run: RunUnderWay, other: RunUnderWay | undefined): boolean {
  const moves = (record: JournalRecord) => record.t === 'done' && record.key.step === 'delete';
  return other?.disk.some(moves) === true && overtaken.includes(endOf(run));
}

/** Is its end right for what the other run has done, or is doing? */
export function isExcused(run: RunUnderWay, other: RunUnderWay | undefined): boolean {
  const end = endOf(run);
  if (end === 'rolled-back' || isOvertaken(run, other)) return true;
  if (other === undefined) return false;
  // What it waits for has an end of its own to answer for; and a volume that is attached is for no plan of its own.
  const ofAnother = run.plans[0]?.file !== other.plans[0]?.file;
  return (end === 'target-claimed' && !isOver(other)) || (end === 'target-refused' && ofAnother);
}
