import { type Turn, type Urgency, unmetered } from '../contract/turns.ts';
import type { EffectAct } from './act.ts';
import { recallHistory } from './history.ts';
import { allow, type Kept } from './prove.ts';
import { Interrupted } from './stops.ts';

// Where questions are answered slowly every time, the call goes out on the last answers all the same, and AWS may refuse it for its rate.
const mostTries = 3;

/** Waits for the turn of a call that changes the target, and before it for what takes long: that is waited for by those who stand in no line. */
export async function firstTurn<S>(effect: EffectAct<S>): Promise<Turn> {
  const { guard, definition, act } = effect;
  if (definition.hazard === 'disruptive') await guard.wait(act.key);
  return nextTurn(effect);
}

function nextTurn<S>(effect: EffectAct<S>): Promise<Turn> {
  const { run, definition } = effect;
  const { turns, signal } = run.ports;
  const { call } = definition;
  return (call === 'none' ? unmetered : turns).next(call, urgencyOf(effect), signal);
}

/**
 * Has the turn of a call come, and asks the last questions in it, so that nothing is waited for between their answers and the call.
 * Who has to wait while he asks loses the turn to others, and asks again in the next one. `first`: a turn that he has already. Throws
 * PlanStopped when it must not go out.
 */
export async function allowInTurn<S>(effect: EffectAct<S>, first: Turn | undefined): Promise<Turn | Kept> {
  const { signal } = effect.run.ports;
  const { definition } = effect;
  if (definition.hazard === 'destructive') await recallHistory(effect, definition);
  let turn = first ?? (await firstTurn(effect));
  for (let tries = 1; ; tries++) {
    let goes = false;
    try {
      if (signal.aborted) throw new Interrupted();
      const kept = await allow(effect);
      if (kept) return kept;
      goes = turn.holds() || tries === mostTries;
      if (goes) return turn;
    } finally {
      if (!goes) turn.giveBack();
    }
    turn = await nextTurn(effect);
  }
}

function urgencyOf<S>({ run, definition }: EffectAct<S>): Urgency {
  switch (run.moment(definition)) {
    case 'start':
    case 'back':
    case 'start back':
      return 'back';
    case 'cut-over':
      return 'down';
    case 'serving':
      return definition.hazard === 'disruptive' ? 'halt' : 'aside';
  }
}
