import { toJson } from '../contract/json.ts';
import type { Key } from '../contract/record.ts';
import type { VerifyDefinition } from '../contract/step.ts';
import { problem } from '../errors/index.ts';
import { isShownBy } from './margin.ts';
import type { PlanRun } from './plan-run.ts';
import { retryRead } from './retry.ts';
import { cutOverOf } from './state/cut-over.ts';
import { badFindings } from './state/pairs.ts';
import { Interrupted, PlanStopped } from './stops.ts';
import { lookWhileWaiting } from './target/last-look.ts';

/**
 * Without a cut-over the owner may use a replacement as soon as it has been judged good: from then on it may hold writes. That is on
 * record before the verdict is, since who reads the verdict may use it, whatever has become of this process.
 */
async function releaseForUse<S>(run: PlanRun<S>, { step }: Key): Promise<void> {
  if (run.state.writePoint || cutOverOf(run.plan, run.ports.registry)) return;
  const reason = `${step}: its owner may use the replacement`;
  await run.append({ t: 'write-point', plan: run.plan.name, key: null, reason });
}

/** Performs a verification, and records its verdicts. Throws PlanStopped when one of them is not SUCCESSFUL. */
export async function verify<S>(
  run: PlanRun<S>,
  key: Key,
  definition: VerifyDefinition<S, unknown, unknown>,
  input: unknown,
): Promise<unknown> {
  const deadlineAt = run.ports.clock.now() + definition.settleWithinMs;
  const title = definition.title(input);
  let waitingFor = 'it took too long';
  const end = await run.ports.settle.until(
    { kind: definition.type, deadlineAt, signal: run.ports.signal, mayBeSo: true },
    async () => {
      const askedAt = run.ports.clock.now();
      const seen = await retryRead(run.ports, title, () => definition.check(run.context(key), input), run.asker(title));
      if (seen.is === 'done' && seen.lags && !allShows(run, askedAt)) {
        waitingFor = badFindings(definition.verdicts(seen.output)).join('; ');
        return { again: true };
      }
      if (seen.is === 'done' || seen.is === 'failed') return { done: seen };
      if (seen.is === 'pending') waitingFor = seen.why ?? 'still pending when its time was up';
      if (seen.is === 'pending' && seen.byOthers) await lookWhileWaiting(run);
      return { again: true, progress: seen.is === 'pending' ? seen.progress : undefined };
    },
  );
  if (end === 'aborted') throw new Interrupted();
  await run.announced();
  const output = toJson(
    definition.output.parse(
      end === 'expired'
        ? definition.conclude(input, 'TIMED_OUT', waitingFor)
        : end.done.is === 'failed'
          ? definition.conclude(input, 'FAILED', end.done.reason)
          : end.done.output,
    ),
  );
  const findings = badFindings(definition.verdicts(output));
  if (!findings.length) await releaseForUse(run, key);
  await run.append({ t: 'done', key, uses: definition.type, input: toJson(input), output, changed: false });
  if (findings.length) throw new PlanStopped(problem('verification-failed', { title, findings }));
  return output;
}

/** Does AWS certainly show what the calls of this plan have done, to who has just asked at `askedAt`? */
function allShows<S>({ state, ports }: PlanRun<S>, askedAt: number): boolean {
  return [...state.phases.values()].every(({ sentAt: here = 0, sentAtThere: there }) =>
    isShownBy(ports, { here, there }, askedAt),
  );
}
