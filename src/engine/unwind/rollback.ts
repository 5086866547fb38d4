import { problem } from '../../errors/index.ts';
import { release, renewClaim } from '../claim.ts';
import type { PlanRun } from '../plan-run.ts';
import { pairsOf } from '../state/pairs.ts';
import { deletedOriginals } from '../state/phases.ts';
import { writtenSince } from '../state/run-state.ts';
import { PlanStopped, toldAgain } from '../stops.ts';
import { Guard } from '../target/guard.ts';
import { unwind } from './unwind.ts';

/** Takes the whole plan back and ends it for good. `discardWrites`: the operator's typed word that writes may go. */
export async function rollback<S>(run: PlanRun<S>, discardWrites: boolean): Promise<void> {
  if (run.state.finished) {
    throw new PlanStopped(problem('already-finished', { run: run.run.run, status: run.state.finished }));
  }
  const deleted = deletedOriginals(run.ports.registry, run.state);
  if (deleted.length) throw new PlanStopped(problem('originals-gone', { deleted }));
  const since = writtenSince(run.state);
  if (since !== undefined && !discardWrites) {
    throw new PlanStopped(problem('past-write-point', { since: new Date(since).toISOString() }));
  }
  // From here on it ends as a rollback, whoever goes on with it.
  const { unwinding } = run.state;
  if (unwinding?.over === false && unwinding.stop)
    await run.append({ t: 'unwinding', plan: run.plan.name, stop: null, happened: unwinding.happened });
  const guard = new Guard(run, (one) => renewClaim(run, one));
  if ((await unwind(run, guard, null)) === 'turned') throw turned(run);
  await endRollback(run, guard);
}

/** Of a rollback: going forward is not what was asked for, so it is said first. */
function turned<S>(run: PlanRun<S>): PlanStopped {
  const pairs = pairsOf(run.ports.registry, run.state);
  return new PlanStopped(problem('turned-round', { why: run.state.turned ?? '', target: run.plan.target.id, pairs }));
}

async function endRollback<S>(run: PlanRun<S>, guard: Guard<S>): Promise<void> {
  await release(run, guard);
  await run.append({ t: 'finished', plan: run.plan.name, status: 'rolled-back' });
}

/** Goes on where an earlier process left an unwinding. Throws what the plan stopped by; a rollback ends. `turned`: it goes forward. */
export async function continueUnwind<S>(run: PlanRun<S>, guard: Guard<S>): Promise<'over' | 'turned'> {
  const stop = run.state.unwinding?.stop ?? null;
  if (!run.state.unwinding?.over && (await unwind(run, guard, stop)) === 'turned') return 'turned';
  // It has been taken back by now.
  if (stop) throw new PlanStopped(toldAgain(stop), 'leave');
  await endRollback(run, guard);
  return 'over';
}
