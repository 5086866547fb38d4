import { type Json, toJson } from '../contract/json.ts';
import type { Key } from '../contract/record.ts';
import { unseenMs } from '../contract/settle.ts';
import type {
  EffectDefinition,
  EffectOf,
  ReadDefinition,
  Seen,
  StepDefinition,
  VerifyDefinition,
} from '../contract/step.ts';
import { problem } from '../errors/index.ts';
import type { PlanRun } from './plan-run.ts';
import { backoffMs, formatCallError, retryRead, stopRun } from './retry.ts';
import { cutOverBegunAt } from './state/cut-over.ts';
import { tokenOf } from './state/key.ts';
import { badFindings, everyPairOf } from './state/pairs.ts';
import { Interrupted, PlanStopped } from './stops.ts';
import type { Guard } from './target/guard.ts';
import { originalsOf } from './target/reads.ts';
import { unseenBeatMs } from './wait.ts';

// How long a cut-over waits for AWS to accept a call at all (a quota, a slot) before it goes back: the target is down.
const unacceptedMs = 30 * 60_000;

type Effect<S> = EffectDefinition<S, unknown, unknown>;

type End =
  | { is: 'done'; output: unknown }
  | { is: 'failed'; reason: string; neverRan: boolean }
  | { is: 'absent' | 'vanished' };

/** What `perform` needs besides the key: which step, with what, and whether it is the last item through the write point. */
export interface Act {
  readonly key: Key;
  readonly uses: string;
  readonly input: unknown;
  /** Asked when it is about to be sent: is it the last of its step to go out? */
  readonly isLast?: () => boolean;
  /** Told when AWS has answered that it takes it; not of one that is in doubt. */
  readonly onTaken?: () => void;
}

/** Performs one step for one item, or finds that it has been done; gives its output. Throws PlanStopped when it can't be. */
export async function perform<S>(run: PlanRun<S>, guard: Guard<S>, act: Act): Promise<unknown> {
  const done = run.phase(act.key)?.end;
  if (done?.is === 'done') return done.output;
  // What is done forward gets a new generation when it is tried again; what takes it back has only this one.
  const again = act.key.undo !== undefined;
  const definition = run.ports.registry.step(act.uses);
  if (!definition) throw new Error(`unknown step ${act.uses}`);
  const input = checkedInput(definition, act.input);
  if (done?.is === 'failed' && !again) throw failed(definition, input, done.reason);
  if (run.ports.signal.aborted) throw new Interrupted();
  run.ports.emit({ type: 'effect.started', key: act.key, uses: act.uses, title: definition.title(input) });
  switch (definition.kind) {
    case 'read':
      return read(run, act.key, definition, input);
    case 'verify':
      return verify(run, act.key, definition, input);
    case 'effect':
      return new Performance(run, guard, act, definition, input).perform();
  }
}

function checkedInput<S>(definition: StepDefinition<S>, input: unknown): unknown {
  const parsed = definition.input.safeParse(input);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const reason = `${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`;
  throw new PlanStopped(problem('effect-failed', { title: definition.type, reason }));
}

function failed<S>(definition: StepDefinition<S>, input: unknown, reason: string, cause?: unknown): PlanStopped {
  return new PlanStopped(problem('effect-failed', { title: definition.title(input), reason }, cause));
}

async function read<S>(
  run: PlanRun<S>,
  key: Key,
  definition: ReadDefinition<S, unknown, unknown>,
  input: unknown,
): Promise<unknown> {
  const known = lastOutput(run, key);
  const output = await retryRead(run.ports, definition.title(input), () =>
    definition.read(run.context(key), input, known),
  );
  await run.announced();
  const written = toJson(definition.output.parse(output));
  await run.append({ t: 'done', key, uses: definition.type, input: toJson(input), output: written, changed: false });
  return written;
}

/** What the latest earlier generation of the same thing gave. */
function lastOutput<S>(run: PlanRun<S>, key: Key): Json | undefined {
  for (let generation = key.generation - 1; generation >= 0; generation--) {
    const end = run.phase({ ...key, generation })?.end;
    if (end?.is === 'done') return end.output;
  }
  return undefined;
}

async function verify<S>(
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
      const seen = await retryRead(run.ports, title, () => definition.check(run.context(key), input));
      if (seen.is === 'done' || seen.is === 'failed') return { done: seen };
      if (seen.is === 'pending') waitingFor = seen.why ?? 'still pending when its time was up';
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
  await run.append({ t: 'done', key, uses: definition.type, input: toJson(input), output, changed: false });
  const findings = badFindings(definition.verdicts(output));
  if (findings.length) throw new PlanStopped(problem('verification-failed', { title, findings }));
  return output;
}

/** One effect on its way: look, intent, run, look until done, outcome. */
class Performance<S> {
  private readonly run: PlanRun<S>;
  private readonly guard: Guard<S>;
  private readonly act: Act;
  private readonly definition: Effect<S>;
  private readonly input: unknown;
  private readonly title: string;
  private known: unknown;
  private everSeen = false;

  constructor(run: PlanRun<S>, guard: Guard<S>, act: Act, definition: Effect<S>, input: unknown) {
    this.run = run;
    this.guard = guard;
    this.act = act;
    this.definition = definition;
    this.input = input;
    this.title = definition.title(input);
    this.known = run.phase(act.key)?.answered;
  }

  async perform(): Promise<unknown> {
    const { definition, run } = this;
    const slot = definition.slot === undefined ? undefined : run.ports.slots[definition.slot];
    try {
      const end = slot ? await slot(() => this.reach()) : await this.reach();
      if (end.is === 'done') return end.output;
      throw failed(definition, this.input, end.reason);
    } finally {
      run.markSettled(this.act.key);
    }
  }

  /** To its end, whatever has happened before. */
  private async reach(): Promise<{ is: 'done'; output: unknown } | { is: 'failed'; reason: string }> {
    const sentBefore = (this.run.phase(this.act.key)?.sent ?? 0) > 0;
    if (sentBefore && this.definition.hazard === 'disruptive') this.run.markInFlight(this.act.key);
    let before: Json = null;
    if (!sentBefore && this.lookBeforeSend()) {
      const seen = await this.firstLook();
      if (seen.is === 'failed') return this.fail(seen.reason, seen.neverRan === true);
      // Done by somebody else, or so from the beginning: the guard tells them apart before anything is built on it.
      if (seen.is !== 'absent' && this.definition.hazard === 'disruptive' && this.act.key.undo === undefined)
        await this.guard.pass(this.act.key, this.definition);
      if (seen.is === 'done') return this.done(seen.output, false);
      const foreign = seen.is === 'pending' ? await this.settleForeign() : undefined;
      if (foreign) return foreign;
      before = (seen.is === 'absent' ? seen.before : undefined) ?? null;
    }
    let sent: Sent = sentBefore ? (this.known === undefined ? 'in-doubt' : 'answered') : await this.send(before);
    if (sent === 'answered') this.act.onTaken?.();
    // A dead process may have sent it right before its end, so the waiting for it to show begins now.
    let since = this.run.ports.clock.now();
    const giveUpAt = since + this.definition.settleWithinMs;
    for (let resends = 0; ; resends++) {
      if (typeof sent === 'object') {
        // Refused now, but an earlier one may have gone through and not show yet.
        const late = this.sentCount() > 1 ? await this.settle(since, 'answered') : undefined;
        if (late?.is === 'done') return this.done(late.output, true);
        return this.fail(sent.reason, true);
      }
      const end = await this.settle(since, sent);
      if (end.is === 'done') return this.done(end.output, true);
      if (end.is === 'failed') return this.fail(end.reason, end.neverRan);
      if (end.is === 'vanished' && this.definition.repeat === 'none') return this.fail(this.vanished(), false);
      if (end.is === 'absent' && sent === 'answered' && this.definition.repeat === 'none')
        return this.fail(this.vanished(), false);
      if (this.run.ports.clock.now() > giveUpAt) {
        return this.fail(`sent ${this.sentCount()} times without ever showing`, false);
      }
      // Accepted and not to be seen since: the answer to a resend tells a slow one from one that was taken back.
      const gone = end.is === 'vanished' || sent === 'answered';
      if (sent === 'in-doubt' || gone) await this.sleep(backoffMs(resends));
      sent = await this.send(before);
      if (gone && typeof sent === 'object' && this.definition.repeat === 'token') {
        return this.fail(`${this.vanished()} (${sent.reason})`, false);
      }
      if (gone) this.everSeen = false;
      since = this.run.ports.clock.now();
    }
  }

  /** What is to be discarded and isn't there may only not show yet: a NotFound of something new proves nothing. */
  private async firstLook(): Promise<Seen<unknown>> {
    for (;;) {
      // An answer can be long on its way: what it says is of when it was asked.
      const askedAt = this.run.ports.clock.now();
      const seen = await this.look();
      if (seen.is === 'done' && this.mayBeStaleRead(askedAt)) return { is: 'absent' };
      if (seen.is !== 'done' || askedAt >= this.shownFrom()) return seen;
      await this.sleep(unseenBeatMs);
    }
  }

  /** From when on AWS certainly shows what is to be discarded, if it is there; 0 for everything else. */
  private shownFrom(): number {
    const { run, definition, input } = this;
    const id = definition.hazard === 'discard' ? definition.discards(input) : undefined;
    return id === undefined ? 0 : run.created.sentAt(id) + unseenMs;
  }

  /**
   * Of what takes back something that was sent a moment ago, "already so" may be how it was before that: AWS shows the
   * past for up to five minutes (facts §1.6). Then it is sent all the same, since what takes back converges.
   */
  private mayBeStaleRead(askedAt = this.run.ports.clock.now()): boolean {
    const { run, act, definition } = this;
    if (act.key.undo === undefined || definition.hazard !== 'disruptive' || definition.repeat !== 'convergent')
      return false;
    const { undo, ...forward } = act.key;
    const before = [forward, ...Array.from({ length: undo }, (_, earlier) => ({ ...forward, undo: earlier }))];
    return askedAt < Math.max(...before.map((key) => run.phase(key)?.sentAt ?? 0)) + unseenMs;
  }

  /** What nobody else can have made needs no look before the first send; what may already be so does. */
  private lookBeforeSend(): boolean {
    return this.definition.hazard !== 'additive' || this.definition.repeat === 'convergent';
  }

  private sentCount(): number {
    return this.run.phase(this.act.key)?.sent ?? 0;
  }

  private look(): Promise<Seen<unknown>> {
    const { run, definition, act, input } = this;
    return retryRead(run.ports, this.title, () => definition.look(run.context(act.key), input, this.known));
  }

  /** It is already on its way, by somebody or by what is being taken back: wait for the end of it. Undefined when that came to nothing. */
  private async settleForeign(): Promise<
    { is: 'done'; output: unknown } | { is: 'failed'; reason: string } | undefined
  > {
    const end = await this.settle(this.run.ports.clock.now(), 'answered');
    if (end.is === 'done' && !this.mayBeStaleRead()) return this.done(end.output, false);
    if (end.is === 'failed') return this.fail(end.reason, true);
    this.everSeen = false;
    this.known = undefined;
    return undefined;
  }

  /** Sends the call until AWS takes it, refuses it for good, or leaves it in doubt. */
  private async send(before: Json): Promise<Sent> {
    const { run, definition, act, input } = this;
    const { ports } = run;
    const begun = cutOverBegunAt(ports.registry, run.state) !== undefined;
    const patienceMs = begun ? Math.min(definition.settleWithinMs, unacceptedMs) : definition.settleWithinMs;
    const deadlineAt = ports.clock.now() + patienceMs;
    for (let attempt = 0; ; attempt++) {
      await this.allow();
      if (ports.signal.aborted) throw new Interrupted();
      await this.record(before);
      try {
        const output = await definition.run(run.context(act.key), input);
        if (output !== undefined) {
          this.known = output;
          await run.append({ t: 'answered', key: act.key, output: toJson(output) });
        }
        return 'answered';
      } catch (error) {
        const outage = ports.classify(error);
        if (!outage) throw error;
        if (outage.class === 'stop-run') throw stopRun(outage);
        if (outage.class === 'permanent') return { reason: formatCallError(outage) };
        if (outage.class === 'in-doubt' || outage.class === 'already') return 'in-doubt';
        // A target that is down is started however long the capacity takes; the operator sees each try and can stop it.
        const patient = definition.hazard === 'disruptive' && definition.serves === true && outage.class === 'wait';
        if (ports.clock.now() > deadlineAt && !patient)
          return { reason: `${formatCallError(outage)} (for ${minutes(patienceMs)})` };
        const inMs = backoffMs(outage.class === 'wait' ? attempt + 3 : attempt);
        ports.emit({ type: 'effect.retried', key: act.key, code: outage.code, message: outage.message, inMs });
        await this.sleep(inMs);
        const seen = outage.class === 'wait' ? await this.look() : undefined;
        if (seen && seen.is !== 'absent' && !this.mayBeStaleRead()) return 'in-doubt';
      }
    }
  }

  private async sleep(ms: number): Promise<void> {
    const { clock, signal } = this.run.ports;
    await clock.sleepUntil(clock.now() + ms, signal);
    if (signal.aborted) throw new Interrupted();
  }

  /** The last question before the call goes out. */
  private async allow(): Promise<void> {
    const { run, definition, act, input } = this;
    if (definition.hazard === 'discard') {
      const id = definition.discards(input);
      if (!run.created.has(id)) throw new PlanStopped(problem('not-ours-to-discard', { id }));
    }
    if (definition.hazard === 'destructive') await this.prove(definition);
    await this.survivesRestart();
    if (definition.hazard === 'disruptive') await this.guard.pass(act.key, definition);
  }

  /** Going back has no choice; forward nothing is restarted that would stay down. */
  private async survivesRestart(): Promise<void> {
    const { run, guard, definition, act, input } = this;
    const restarted = definition.restarts?.(input);
    if (restarted === undefined || act.key.undo !== undefined || !originalsOf(run).includes(restarted)) return;
    const unreadable = await guard.unreadable();
    if (unreadable.length > 0) throw failed(definition, input, `it would not come up again: ${unreadable.join('; ')}`);
  }

  private async prove(definition: EffectOf<S, 'destructive'>): Promise<void> {
    const { run, act, input } = this;
    const verdict = definition.verdict(input);
    const { original, replacement } = verdict;
    const bad = badFindings([verdict]);
    if (bad.length) throw new PlanStopped(problem('proof-failed', { title: this.title, findings: bad }));
    const known = everyPairOf(run.ports.registry, run.state);
    if (!known.some((pair) => pair.original === original && pair.replacement === replacement)) {
      const findings = [`${original} and ${replacement} are no pair of this run`];
      throw new PlanStopped(problem('proof-failed', { title: this.title, findings }));
    }
    const stale = run.state.stale.get(original);
    if (stale) throw new PlanStopped(problem('replacement-stale', { original, replacement, findings: stale }));
    await this.guard.look();
    const proof = await retryRead(run.ports, this.title, () => definition.prove(run.context(act.key), input));
    await run.announced();
    const { findings } = proof;
    if (findings.length === 0) return;
    // Once somebody may have written on the original, no later look makes the replacement its equal again.
    if (proof.stale) await run.append({ t: 'stale', plan: run.plan.name, original, findings });
    throw new PlanStopped(
      proof.stale
        ? problem('replacement-stale', { original, replacement, findings })
        : problem('proof-failed', { title: this.title, findings }),
    );
  }

  /** The intent, on disk before the call; and the write point with it when this call is the one. */
  private async record(before: Json): Promise<void> {
    const { run, definition, act, input } = this;
    const token = tokenOf(run.run.run, act.key);
    const last = act.isLast?.() ?? true;
    const disruptive = definition.hazard === 'disruptive' ? definition : undefined;
    const opens = last && act.key.undo === undefined && disruptive?.writePoint?.(input) === true;
    if (disruptive) run.markInFlight(act.key);
    await Promise.all([
      opens && run.state.writePoint === undefined
        ? run.append({ t: 'write-point', plan: run.plan.name, key: act.key, reason: this.title })
        : undefined,
      run.append({ t: 'intent', key: act.key, uses: definition.type, token, input: toJson(input), before }),
    ]);
  }

  private async settle(since: number, sent: 'answered' | 'in-doubt'): Promise<End> {
    const { run, definition, act } = this;
    const { clock, signal } = run.ports;
    const deadlineAt = since + definition.settleWithinMs;
    // A call that is safe to repeat is repeated as soon as a look says no; a token-less create waits until "no" is certain.
    const patienceMs = sent === 'answered' || definition.repeat === 'none' ? unseenMs : 0;
    let unseen = 0;
    const end = await run.ports.settle.until<End>({ kind: definition.type, deadlineAt, signal }, async () => {
      const askedAt = clock.now();
      const seen = await this.look();
      switch (seen.is) {
        case 'done':
          if (sent === 'in-doubt' && askedAt < this.shownFrom()) return { again: true };
          await this.noteSurplus(seen.surplus);
          return { done: { is: 'done', output: seen.output } };
        case 'failed':
          if (seen.output !== undefined) await this.noteMade(seen.output);
          return { done: { is: 'failed', reason: seen.reason, neverRan: seen.neverRan === true } };
        case 'pending':
          this.everSeen = true;
          this.known = seen.output;
          unseen = 0;
          await this.noteSurplus(seen.surplus);
          if (seen.progress !== undefined) {
            run.ports.emit({ type: 'effect.progress', key: act.key, progress: seen.progress });
          }
          return { again: true, progress: seen.progress };
        case 'absent':
          unseen++;
          if (this.everSeen && unseen >= 2) return { done: { is: 'vanished' } };
          if (!this.everSeen && askedAt - since >= patienceMs) return { done: { is: 'absent' } };
          return { again: true };
      }
    });
    if (end === 'aborted') throw new Interrupted();
    if (end === 'expired')
      return { is: 'failed', reason: `not there after ${minutes(definition.settleWithinMs)}`, neverRan: false };
    return end.done;
  }

  /** What it made before it failed: known by name, it can be discarded. */
  private async noteMade(output: unknown): Promise<void> {
    const { run, act } = this;
    if (run.phase(act.key)?.answered === undefined)
      await run.append({ t: 'answered', key: act.key, output: toJson(output) });
  }

  private async noteSurplus(surplus: readonly unknown[] | undefined): Promise<void> {
    const { run, act } = this;
    const known = new Set(run.phase(act.key)?.surplus.map((one) => JSON.stringify(one)));
    for (const one of surplus ?? []) {
      const output = toJson(one);
      if (!known.has(JSON.stringify(output))) await run.append({ t: 'surplus', key: act.key, output });
    }
  }

  private async done(raw: unknown, changed: boolean): Promise<{ is: 'done'; output: unknown }> {
    const { run, definition, act, input } = this;
    const output = toJson(definition.output.parse(raw));
    await run.announced();
    const disruptive = definition.hazard === 'disruptive' ? definition : undefined;
    const expected = changed && run.expected ? disruptive?.expect(run.expected, input, output) : undefined;
    // Neighbours compute their expectation from this one, so it counts before it is on disk.
    if (expected) run.expected = expected;
    if (disruptive) this.guard.forget();
    const entry = { t: 'done', key: act.key, uses: definition.type, input: toJson(input), output, changed } as const;
    await run.append(expected ? { ...entry, expected } : entry);
    return { is: 'done', output };
  }

  private async fail(reason: string, neverRan: boolean): Promise<{ is: 'failed'; reason: string }> {
    const { run, definition, act } = this;
    const disruptive = definition.hazard === 'disruptive' ? definition : undefined;
    if (disruptive) this.guard.forget();
    await run.announced();
    await run.append({ t: 'failed', key: act.key, uses: definition.type, reason, neverRan });
    // A start that came to nothing has still changed how the target has lived.
    if (neverRan && disruptive?.serves && act.key.undo === undefined) await this.recordStoppedTarget();
    return { is: 'failed', reason };
  }

  private async recordStoppedTarget(): Promise<void> {
    const { observation, running } = await this.guard.look();
    if (!running) await this.run.append({ t: 'observed', plan: this.run.plan.name, observation });
  }

  private vanished(): string {
    const { definition } = this;
    const why = definition.hazard === 'additive' ? definition.whenVanished : undefined;
    return `AWS accepted it and it is gone again${why === undefined ? '' : `: ${why}`}`;
  }
}

/** How a send ended: AWS took it, nobody knows, or AWS refused it for good. */
type Sent = 'answered' | 'in-doubt' | { readonly reason: string };

const minutes = (ms: number) => `${Math.round(ms / 60_000)} min`;
