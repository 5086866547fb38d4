import type { Key } from '../contract/record.ts';
import type { EffectDefinition } from '../contract/step.ts';
import type { PlanRun } from './plan-run.ts';
import type { Guard } from './target/guard.ts';

/** What is to be performed besides the key: which step, with what, and whether it is the last item through the write point. */
export interface Act {
  readonly key: Key;
  readonly uses: string;
  readonly input: unknown;
  /** Asked when it is about to be sent: is it the last of its step to go out? */
  readonly isLast?: () => boolean;
  /** Told when AWS has answered that it takes it; not of one that is in doubt. */
  readonly onTaken?: () => void;
}

/** One effect for one item, with all that it takes to perform it. */
export interface EffectAct<S> {
  readonly run: PlanRun<S>;
  readonly guard: Guard<S>;
  readonly act: Act;
  readonly definition: EffectDefinition<S, unknown, unknown>;
  readonly input: unknown;
  readonly title: string;
  /** Performs another effect on behalf of this one. */
  perform(act: Act): Promise<unknown>;
}

/** How often its call was sent in this generation, or may have been. */
export function sentCount<S>({ run, act }: EffectAct<S>): number {
  return run.phase(act.key)?.sent ?? 0;
}

/** How long it may take by itself, in ms. */
export function ownMs<S>({ definition, input }: EffectAct<S>): number {
  return definition.withinMs?.(input) ?? definition.settleWithinMs;
}
