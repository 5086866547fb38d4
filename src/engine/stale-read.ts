import { unseenMs } from '../contract/settle.ts';
import type { EffectAct } from './act.ts';

/** From when on AWS certainly shows what is to be discarded, if it is there, in ms; 0 for everything else. */
export function shownFrom<S>({ run, definition, input }: EffectAct<S>): number {
  return definition.hazard === 'discard' ? run.created.sentAt(definition.discards(input)) + unseenMs : 0;
}

/**
 * For an undo, "already done" may be a stale read from before the effect (Describe lags up to five minutes, facts §1.6). Then it
 * is sent all the same, since what takes back converges.
 */
export function mayBeStaleRead<S>({ run, act, definition }: EffectAct<S>, askedAt = run.ports.clock.now()): boolean {
  if (act.key.undo === undefined || definition.hazard !== 'disruptive' || definition.repeat !== 'convergent')
    return false;
  const { undo: _undo, ...forward } = act.key;
  return askedAt < (run.phase(forward)?.sentAt ?? 0) + unseenMs;
}
