import { type Json, toJson } from '../contract/json.ts';
import type { Want } from '../contract/outage.ts';
import type { Check } from '../contract/settle.ts';
import { createdBy, type EffectDefinition, type Observation, type Seen } from '../contract/step.ts';
import type { Turn } from '../contract/turns.ts';
import { Waiting } from '../contract/wait.ts';
import { type EffectAct, ownMs, sentCount } from './act.ts';
import { firstTurn } from './in-turn.ts';
import { type Instant, instantOf, isShownBy } from './margin.ts';
import { patienceMs } from './patience.ts';
import type { Kept } from './prove.ts';
import { backoffMs, retryRead } from './retry.ts';
import { type Sent, send } from './send.ts';
import { mayBeStaleRead, wouldShow } from './stale-read.ts';
import { Interrupted, stepFailed } from './stops.ts';
import { recordObservation, recordWrites, sightingsOf } from './target/observe.ts';
import { minutes, unseenBeatMs, waitFor, waitUntil } from './wait.ts';

/** What has become of a call that was sent: an end, not there at all, or accepted and gone again. */
export type End =
  | { readonly is: 'done'; readonly output: unknown }
  | { readonly is: 'failed'; readonly reason: string; readonly neverRan: boolean; readonly wants?: Want | undefined }
  | { readonly is: 'absent' | 'vanished' };
type Outcome = { readonly is: 'done'; readonly output: unknown } | { readonly is: 'failed'; readonly reason: string };

/** What was found before anything was sent: that there is nothing to send, or what an undo needs of how it is. */
type Found = { readonly outcome: Outcome } | { readonly before: Json };

/** What is to be done about that. `gone`: AWS had accepted it. */
export type Next =
  | { readonly do: 'done'; readonly output: unknown }
  | { readonly do: 'fail'; readonly reason: string; readonly neverRan: boolean; readonly vanished?: true }
  | { readonly do: 'send again'; readonly gone: boolean };

/** Decides what becomes of an effect by what its call has come to. `overAfter`: its time is up, after so many sends. */
export function nextAfter<S>(
  definition: EffectDefinition<S, unknown, unknown>,
  sent: 'answered' | 'in-doubt',
  end: End,
  overAfter: number | undefined,
): Next {
  if (end.is === 'done') return { do: 'done', output: end.output };
  if (end.is === 'failed') {
    const passes = end.neverRan && end.wants !== undefined && overAfter === undefined;
    return passes ? { do: 'send again', gone: false } : { do: 'fail', reason: end.reason, neverRan: end.neverRan };
  }
  // Accepted and not to be seen since: the answer to a resend tells a slow one from one that was taken back.
  const gone = end.is === 'vanished' || sent === 'answered';
  if (gone && definition.repeat === 'none') return { do: 'fail', reason: goneAgain, neverRan: false, vanished: true };
  if (overAfter !== undefined) {
    return { do: 'fail', reason: `sent ${overAfter} times without ever showing`, neverRan: false };
  }
  return { do: 'send again', gone };
}

/** What a person has to take out of the way first; undefined when nothing is. */
function hindranceOf(seen: Seen<unknown>): string | undefined {
  if (seen.is === 'absent') return seen.hindered;
  return seen.is === 'failed' && seen.wants === 'part' ? seen.reason : undefined;
}

const goneAgain = 'AWS accepted it and it is gone again';

/** One effect on its way: look, intent, run, look until done, outcome. */
export class EffectRun<S> {
  private readonly effect: EffectAct<S>;
  private known: unknown;
  private everSeen = false;

  constructor(effect: EffectAct<S>) {
    this.effect = effect;
    this.known = effect.run.phase(effect.act.key)?.answered;
  }

  /** Its output. Throws PlanStopped when it has failed, or must not be sent. */
  async perform(): Promise<unknown> {
    const { definition, run, act, title } = this.effect;
    const slot = definition.slot === undefined ? undefined : run.ports.slots[definition.slot];
    try {
      const outcome = slot ? await slot(() => this.reach()) : await this.reach();
      if (outcome.is === 'done') return outcome.output;
      throw stepFailed(title, outcome.reason);
    } finally {
      run.markSettled(act.key);
    }
  }

  /** To its end, whatever has happened before. */
  private async reach(): Promise<Outcome> {
    const { definition, run, act } = this.effect;
    const sentBefore = sentCount(this.effect) > 0;
    if (sentBefore && definition.hazard === 'disruptive') run.markInFlight(act.key);
    let before: Json = run.phase(act.key)?.before ?? null;
    // What changes the target is looked at in its turn: its own look and the guard's leave in the same calls.
    const turn = !sentBefore && this.disruptive ? await firstTurn(this.effect) : undefined;
    if (!sentBefore && this.lookBeforeSend()) {
      const found = await this.foundIn(turn);
      if ('outcome' in found) return found.outcome;
      before = found.before;
    }
    const sent = sentBefore ? (this.known === undefined ? 'in-doubt' : 'answered') : await this.send(before, turn);
    if (sent === 'answered') act.onTaken?.();
    return this.settleSent(sent, before);
  }

  /** The same in its turn, which is given back where there is nothing to send. */
  private async foundIn(turn: Turn | undefined): Promise<Found> {
    let goes = false;
    try {
      const found = this.isOrdered() ? await this.foundInOrder() : await this.found();
      goes = 'before' in found;
      return found;
    } finally {
      if (!goes) turn?.giveBack();
    }
  }

  /** Was it so before anything was sent? Its outcome then, or what an undo needs of how it is. */
  private async found(): Promise<Found> {
    const { definition, guard, act } = this.effect;
    const looking = this.firstLook();
    if (this.disruptive) guard.askAhead(act.key);
    const seen = await looking;
    if (seen.is === 'failed') return { outcome: await this.fail(seen.reason, seen.neverRan === true) };
    // Done by somebody else, or so from the beginning: the guard tells them apart before anything is built on it.
    if (seen.is !== 'absent' && definition.hazard === 'disruptive' && act.key.undo === undefined)
      await guard.pass(act.key, definition);
    if (seen.is === 'done') return { outcome: await this.done(seen.output, false) };
    const foreign = seen.is === 'pending' ? await this.settleForeign() : undefined;
    if (foreign) return { outcome: foreign };
    return { before: (seen.is === 'absent' ? seen.before : undefined) ?? null };
  }

  /** The same of what is sent whatever a look shows. */
  private async foundInOrder(): Promise<Found> {
    const { act, guard } = this.effect;
    const looking = act.key.undo === undefined ? this.look() : this.unhindered();
    guard.askAhead(act.key);
    const seen = await looking;
    if (seen.is === 'failed') return { outcome: await this.fail(seen.reason, seen.neverRan === true) };
    if (this.disruptive?.leaves?.(this.effect.input) && seen.is === 'done') {
      await guard.pass(act.key, this.disruptive);
      return { outcome: await this.done(seen.output, false) };
    }
    return { before: (seen.is === 'absent' ? seen.before : undefined) ?? null };
  }

  /** On the way back what only people can put right is waited for, as the table of patience says, and they are told what to do. */
  private async unhindered(): Promise<Seen<unknown>> {
    const { run, definition, act, title } = this.effect;
    const waiting = new Waiting(run.ports.clock);
    return waitFor<Seen<unknown>>(run.ports, unseenBeatMs, async () => {
      const seen = await this.look();
      const why = hindranceOf(seen);
      if (why === undefined) return { done: seen };
      const limitMs = patienceMs('part', run.moment(definition), ownMs(this.effect));
      if (waiting.soFar() >= limitMs) return { done: { is: 'failed', reason: `${why} (for ${minutes(limitMs)})` } };
      run.context(act.key).announce(`${title} waits, up to ${minutes(limitMs)}: ${why}`);
      await run.announced();
      return { again: true };
    });
  }

  private get disruptive() {
    const { definition } = this.effect;
    return definition.hazard === 'disruptive' ? definition : undefined;
  }

  private isOrdered(): boolean {
    return this.disruptive?.ordered === true;
  }

  /** Looks until its end, and sends it again where that is called for. */
  private async settleSent(first: Sent, before: Json): Promise<Outcome> {
    const { definition, run } = this.effect;
    const { clock } = run.ports;
    let sent = first;
    // A dead process may have sent it right before its end, so the waiting for it to show begins now.
    let since = instantOf(run.ports);
    const begunAt = this.nowThere();
    for (let resends = 0; ; resends++) {
      if (typeof sent === 'object' && 'keep' in sent) return this.keep(sent);
      if (typeof sent === 'object' && 'reason' in sent) return this.refused(sent.reason, since, before);
      const already = typeof sent === 'object' ? sent.already : undefined;
      const as = typeof sent === 'object' ? 'in-doubt' : sent;
      const end = await this.settle(since, as);
      const limitMs = this.limitMs(as, end, already !== undefined);
      const over = this.nowThere() - begunAt > limitMs;
      const next = nextAfter(definition, as, end, over ? sentCount(this.effect) : undefined);
      if (next.do === 'done') return this.done(next.output, this.hasChanged(next.output, before));
      // It is so already, and not by this call: somebody else has what it would make or give.
      if (next.do === 'fail' && already !== undefined && end.is === 'absent')
        return this.fail(`${already} (for ${minutes(limitMs)})`, next.neverRan);
      if (next.do === 'fail') return this.fail(next.vanished ? await this.vanished() : next.reason, next.neverRan);
      if (end.is === 'failed') await this.cameToNothing();
      await waitUntil(run.ports, clock.now() + backoffMs(end.is === 'failed' ? resends + 3 : resends));
      sent = await this.send(before);
      if (next.gone && typeof sent === 'object' && 'reason' in sent && definition.repeat === 'token') {
        return this.fail(`${await this.vanished()} (${sent.reason})`, false);
      }
      if (next.gone) this.everSeen = false;
      since = instantOf(run.ports);
    }
  }

  /** What must not be lost is never deleted by rekey: its tags and this line say what it is. */
  private async keep({ keep: reason, made }: Kept): Promise<Outcome> {
    const { run, guard, definition, input, title, act } = this.effect;
    const output = definition.hazard === 'discard' ? definition.kept?.(input) : undefined;
    if (definition.hazard !== 'discard' || output === undefined) throw stepFailed(title, reason);
    const id = definition.discards(input);
    await run.append({ t: 'kept', key: made.key, id, reason });
    run.context(act.key).announce(`kept: ${id}: ${reason}`);
    // Forward it is kept because the target has lost what stood for the original, which the report is not to pass over.
    if (run.state.unwinding?.over !== false) await recordObservation(run, (await guard.seen()).observation);
    return this.done(output, false);
  }

  /** Accepted and gone: what can have happened to it, and what is known of each. */
  private async vanished(): Promise<string> {
    const { run, definition, act, input } = this.effect;
    const made = definition.hazard === 'additive' ? definition : undefined;
    const causes = await made?.whenVanished?.(run.context(act.key), input);
    return [goneAgain, ...(causes ?? [])].join('; ');
  }

  /** AWS's time, which nobody sets. */
  private nowThere(): number {
    const { remoteNow, clock } = this.effect.run.ports;
    return remoteNow?.() ?? clock.now();
  }

  /** How long it is sent again after such an end, in ms. `already`: AWS has answered, that it is so already. */
  private limitMs(sent: 'answered' | 'in-doubt', end: End, already: boolean): number {
    const { definition, run } = this.effect;
    const unseen = already ? 'state' : sent === 'in-doubt' ? 'unreachable' : undefined;
    const family = end.is === 'failed' ? end.wants : unseen;
    const own = ownMs(this.effect);
    return family === undefined ? own : patienceMs(family, run.moment(definition), own);
  }

  /** Refused now, but an earlier one may have gone through and not show yet; or it is so already, and nobody has asked before. */
  private async refused(reason: string, since: Instant, before: Json): Promise<Outcome> {
    const late = sentCount(this.effect) > 1 || this.isOrdered() ? await this.settle(since, 'answered') : undefined;
    return late?.is === 'done' ? this.done(late.output, this.hasChanged(late.output, before)) : this.fail(reason, true);
  }

  /** Is it so by a call of ours? What was found so is not taken back. */
  private hasChanged(output: unknown, before: Json): boolean {
    return this.disruptive?.changed?.(output, before) ?? true;
  }

  /** What is to be discarded and isn't there may only not show yet: a NotFound of something new proves nothing. */
  private firstLook(): Promise<Seen<unknown>> {
    return waitFor<Seen<unknown>>(this.effect.run.ports, unseenBeatMs, async (askedAt) => {
      const seen = await this.look();
      if (seen.is === 'done' && mayBeStaleRead(this.effect, askedAt)) return { done: { is: 'absent' } };
      return seen.is !== 'done' || wouldShow(this.effect, askedAt) ? { done: seen } : { again: true };
    });
  }

  /** What nobody else can have made needs no look before the first send; what may already be so does. */
  private lookBeforeSend(): boolean {
    const { definition } = this.effect;
    return definition.hazard !== 'additive' || definition.repeat === 'convergent';
  }

  private look(): Promise<Seen<unknown>> {
    const { run, definition, act, input, title } = this.effect;
    const look = () => definition.look(run.context(act.key), input, this.known);
    return retryRead(run.ports, title, look, run.asker(title, definition));
  }

  private send(before: Json, turn?: Turn): Promise<Sent> {
    return send(this.effect, {
      before,
      turn,
      look: () => this.look(),
      onOutput: (output) => {
        this.known = output;
      },
    });
  }

  /** It is already on its way, by somebody or by what is being taken back: wait for the end of it. Undefined when that came to nothing. */
  private async settleForeign(): Promise<Outcome | undefined> {
    const end = await this.settle(instantOf(this.effect.run.ports), 'answered');
    if (end.is === 'done' && !mayBeStaleRead(this.effect)) return this.done(end.output, false);
    if (end.is === 'failed') return this.fail(end.reason, true);
    this.everSeen = false;
    this.known = undefined;
    return undefined;
  }

  private async settle(since: Instant, sent: 'answered' | 'in-doubt'): Promise<End> {
    const { run, definition } = this.effect;
    const { clock, signal, settle } = run.ports;
    // A call that is safe to repeat is repeated as soon as a look says no; a token-less create waits until "no" is certain.
    const waits = sent === 'answered' || definition.repeat === 'none';
    // What has an order is asked about until the answer counts.
    const mayBeUnseen = () => (this.everSeen || waits) && !this.isOrdered();
    const look = async (): Promise<Check<End>> => {
      const askedAt = clock.now();
      const seen = await this.look();
      switch (seen.is) {
        case 'done':
          if (sent === 'in-doubt' && !wouldShow(this.effect, askedAt)) return { again: true };
          await this.recordSurplus(seen.surplus);
          return { done: { is: 'done', output: seen.output } };
        case 'failed':
          if (seen.output !== undefined) await this.recordCreated(seen.output);
          return {
            done: { is: 'failed', reason: seen.reason, neverRan: seen.neverRan === true, wants: seen.wants },
          };
        case 'pending':
          await this.recordPending(seen);
          if (this.insists(askedAt)) return { done: { is: 'absent' } };
          return { again: true, progress: seen.progress };
        case 'absent':
          if (seen.ran && this.disruptive?.serves && this.effect.act.key.undo === undefined)
            await recordWrites(run, `${this.effect.title}: it has run meanwhile`);
          if (mayBeUnseen() && !isShownBy(run.ports, since, askedAt)) return { again: true };
          return { done: { is: this.everSeen ? 'vanished' : 'absent' } };
      }
    };
    const mayBeSo = definition.soAtOnce === true;
    const until = (ms: number) =>
      settle.until<End>({ kind: definition.type, deadlineAt: since.here + ms, signal, mayBeSo }, look);
    let end = await until(ownMs(this.effect));
    const limitMs = end === 'expired' ? this.patienceWhenSlow() : undefined;
    if (limitMs !== undefined) end = await until(limitMs);
    if (end === 'aborted') throw new Interrupted();
    if (end === 'expired') {
      const reason = `not there after ${minutes(limitMs ?? ownMs(this.effect))}`;
      return { is: 'failed', reason, neverRan: false };
    }
    return end.done;
  }

  /** How long all in all what brings the target back is waited for, in ms; undefined when its own time is all it has. */
  private patienceWhenSlow(): number | undefined {
    const { definition, run, act, title } = this.effect;
    const own = ownMs(this.effect);
    const limit = this.disruptive ? patienceMs('slow', run.moment(definition), own) : own;
    if (limit <= own) return undefined;
    run
      .context(act.key)
      .announce(
        `${title}: not over after ${minutes(own)}; only this brings the target back, so rekey waits for it, up to ${minutes(limit)}`,
      );
    return limit;
  }

  /**
   * Has it been on its way for so long that the plan has it sent once more? Counted from the last time it was, by the runner's clock
   * and by AWS's: either can be wrong, or set, and what is forced too early loses data.
   */
  private insists(askedAt: number): boolean {
    const { run, definition, act, input } = this.effect;
    const afterMs = definition.insistAfterMs?.(input);
    const { sentAt, sentAtThere } = run.phase(act.key) ?? {};
    if (afterMs === undefined || sentAt === undefined || act.key.undo !== undefined) return false;
    if (askedAt - sentAt < afterMs) return false;
    if (sentAtThere !== undefined && this.nowThere() - sentAtThere < afterMs) return false;
    run.insistOn(act.key);
    return true;
  }

  private async recordPending(seen: Extract<Seen<unknown>, { is: 'pending' }>): Promise<void> {
    const { run, act } = this.effect;
    const { output, progress, surplus } = seen;
    this.everSeen = true;
    this.known = output;
    await this.recordSurplus(surplus);
    if (progress !== undefined) run.ports.emit({ type: 'effect.progress', key: act.key, progress });
  }

  /** What it made before it failed: known by name, it can be discarded. */
  private async recordCreated(output: unknown): Promise<void> {
    const { run, act } = this.effect;
    if (run.phase(act.key)?.answered === undefined)
      await run.append({ t: 'answered', key: act.key, output: toJson(output) });
  }

  private async recordSurplus(surplus: readonly unknown[] | undefined): Promise<void> {
    const { run, act } = this.effect;
    const known = new Set(run.phase(act.key)?.surplus.map((one) => JSON.stringify(one)));
    for (const one of surplus ?? []) {
      const output = toJson(one);
      if (!known.has(JSON.stringify(output))) await run.append({ t: 'surplus', key: act.key, output });
    }
  }

  private async done(raw: unknown, changed: boolean): Promise<Outcome> {
    const { run, guard, definition, act, input } = this.effect;
    const output = toJson(definition.output.parse(raw));
    await run.announced();
    const { disruptive } = this;
    const expect = (observation: Observation) => disruptive?.expect(observation, input, output) ?? observation;
    const expected = changed && run.expected && disruptive ? expect(run.expected) : undefined;
    // Neighbours compute their expectation from this one, so it counts before it is on disk.
    if (expected) run.expected = expected;
    if (disruptive) guard.forget();
    const entry = { t: 'done', key: act.key, uses: definition.type, input: toJson(input), output, changed } as const;
    const seen = expected || definition.hazard === 'additive' ? sightingsOf(run, createdBy(definition, output)) : {};
    const strayed = expected && guard.strayedAfter(expected, expect);
    // At once, so that nobody who dies in between leaves what was expected for what was seen.
    await Promise.all([
      run.append({ ...entry, ...(expected && { expected }), ...seen }),
      strayed && run.append({ t: 'looked', plan: run.plan.name, observation: strayed }),
    ]);
    return { is: 'done', output };
  }

  private async fail(reason: string, neverRan: boolean): Promise<Outcome> {
    const { run, guard, definition, act } = this.effect;
    const { disruptive } = this;
    if (disruptive) guard.forget();
    await run.announced();
    await run.append({ t: 'failed', key: act.key, uses: definition.type, reason, neverRan });
    if (neverRan) await this.cameToNothing();
    return { is: 'failed', reason };
  }

  /** A start that came to nothing has still changed how the target has lived. */
  private async cameToNothing(): Promise<void> {
    const { guard, definition, act } = this.effect;
    if (definition.hazard !== 'disruptive') return;
    guard.forget();
    if (definition.serves && act.key.undo === undefined) await guard.recordStoppedTarget();
  }
}
