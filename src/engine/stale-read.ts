import type { EffectAct } from './act.ts';
import { isShownBy } from './margin.ts';
import type { Phase } from './state/run-state.ts';

const sentOf = ({ sentAt: here = 0, sentAtThere: there }: Pick<Phase, 'sentAt' | 'sentAtThere'>) => ({ here, there });

/** Would AWS have shown what is to be discarded, if it is there, to who has just asked at `askedAt`? True for everything else. */
export function wouldShow<S>({ run, definition, input }: EffectAct<S>, askedAt: number): boolean {
  if (definition.hazard !== 'discard') return true;
  return run.created.creatorsOf(definition.discards(input)).every((one) => isShownBy(run.ports, sentOf(one), askedAt));
}

/**
 * For an undo, "already done" may be a stale read from before the effect (Describe lags up to five minutes, facts §1.6). Then it
 * is sent all the same, since what takes back converges.
 */
export function mayBeStaleRead<S>({ run, act, definition }: EffectAct<S>, askedAt = run.ports.clock.now()): boolean {
  if (act.key.undo === undefined || definition.hazard !== 'disruptive' || definition.repeat !== 'convergent')
    return false;
  const { undo: _undo, ...forward } = act.key;
  const phase = run.phase(forward);
  return phase !== undefined && !isShownBy(run.ports, sentOf(phase), askedAt);
}
