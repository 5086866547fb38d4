import { type Turn, type Urgency, unmetered } from '../contract/turns.ts';
import type { EffectAct } from './act.ts';
import { recallHistory } from './history.ts';
import { allow, type Kept } from './prove.ts';
import { Interrupted } from './stops.ts';

// Where questions are answered slowly every time, the call goes out on the last answers all the same, and AWS may refuse it for its rate.
const mostTries = 3;

/**
 * Has the turn of a call come, and asks the last questions in it, so that nothing is waited for between their answers and the call.
 * Who has to wait while he asks loses the turn to others, and asks again in the next one. Throws PlanStopped when it must not go out.
 */
export async function allowInTurn<S>(effect: EffectAct<S>): Promise<Turn | Kept> {
  const { run, guard, definition, act } = effect;
  const { turns, signal } = run.ports;
  // What takes long is waited for by those who stand in no line.
  if (definition.hazard === 'disruptive') await guard.wait(act.key);
  if (definition.hazard === 'destructive') await recallHistory(effect, definition);
  for (let tries = 1; ; tries++) {
    const { call } = definition;
    const turn = await (call === 'none' ? unmetered : turns).next(call, urgencyOf(effect), signal);
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
