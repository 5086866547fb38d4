import type { Instance, Volume } from '@aws-sdk/client-ec2';
import type { Json } from '../contract/json.ts';
import { unseenMs } from '../contract/settle.ts';
import type { AwsTime } from './aws-time.ts';

/**
 * The highest that was seen of one thing. `time`: LaunchTime or AttachTime in ms, by which AWS orders its lives. `order`: how far
 * it was in that life. `since`: when this was first known, in ms by AWS's clock.
 */
interface Mark {
  readonly time: number;
  readonly order: number;
  readonly since: number;
}

// A life of an instance goes through these in this order, and none of them comes twice in it; above all stands its end.
const instanceOrder: { readonly [state: string]: number } = { pending: 0, running: 1, stopping: 2, stopped: 3 };
/** A start was accepted: what AWS shows of it has a later LaunchTime. */
const startedAgain = 4;
const endOrder: { readonly [state: string]: number } = { 'shutting-down': 0, terminated: 1 };
/** Later than every LaunchTime. */
const endOfLives = Number.MAX_SAFE_INTEGER;
const attachmentOrder: { readonly [state: string]: number } = { attaching: 0, attached: 1, busy: 2, detaching: 2 };
const leaving = 2;

/**
 * What was seen of instances, attachments and volumes, each by the order that AWS gives it (facts §1.6: Describe shows the past for up
 * to five minutes). An answer below the highest is one of the past. Each view of an attachment (that of the volume, that of the
 * instance) keeps its own order; an answered call of ours counts in both.
 */
export class Sightings {
  readonly #time: Pick<AwsTime, 'now'>;
  /** By view, and in it by what stands in it: an attachment is in two views, a life in its own alone. */
  readonly #marks = new Map<string, Map<string, Mark>>();
  /** Orders that steady answers have begun anew, and that nobody has asked for yet. */
  #anew: { readonly view: string; readonly of: string; readonly text: string }[] = [];
  /** Since when answers contradict a mark, in ms. */
  readonly #against = new Map<Mark, number>();

  /** `time`: AWS's own, since the machine's may be set at any time. */
  constructor(time: Pick<AwsTime, 'now'>) {
    this.#time = time;
  }

  /** Takes in an answer about an instance that was asked at `askedAt`. False when it shows the past: then ask again. */
  instance(id: string, seen: Instance | undefined, askedAt: number): boolean {
    if (!seen) return this.#believesAbsence(id, askedAt);
    const { State, LaunchTime, BlockDeviceMappings = [] } = seen;
    const state = State?.Name ?? '';
    const ended = endOrder[state];
    const [time, order] = ended === undefined ? [LaunchTime?.getTime(), instanceOrder[state]] : [endOfLives, ended];
    const shown = BlockDeviceMappings.flatMap(({ Ebs }) =>
      Ebs?.VolumeId ? [{ of: Ebs.VolumeId, time: Ebs.AttachTime?.getTime(), state: Ebs.Status }] : [],
    );
    if (!this.#take(id, life, time, order, askedAt)) return false;
    // What it held goes with it.
    return ended !== undefined || this.#attachments(instanceView(id), shown, askedAt);
  }

  /** The same of a volume. */
  volume(id: string, seen: Volume | undefined, askedAt: number): boolean {
    if (!seen) return this.#believesAbsence(id, askedAt);
    this.#made(id, seen.SnapshotId);
    const shown = (seen.Attachments ?? []).flatMap(({ InstanceId, State, AttachTime }) =>
      InstanceId ? [{ of: InstanceId, time: AttachTime?.getTime(), state: State }] : [],
    );
    return this.#attachments(volumeView(id), shown, askedAt);
  }

  /** Takes in which volumes there are from a snapshot, asked at `askedAt`. False when one does not show that must by its age. */
  volumesFrom(snapshot: string, seen: readonly Volume[], askedAt: number): boolean {
    const marks = [...(this.#marks.get(snapshotView(snapshot)) ?? [])];
    return marks.every(([of, mark]) => !this.#isYoung(mark, askedAt) || seen.some(({ VolumeId }) => VolumeId === of));
  }

  /** A call of ours that AWS has answered sets a floor: what shows less is from before it. */
  answered(operation: string, output: object): void {
    const { StartingInstances, StoppingInstances, VolumeId, SnapshotId, InstanceId, State, AttachTime } =
      output as Answer;
    switch (operation) {
      case 'StartInstances':
      case 'StopInstances':
        for (const one of StartingInstances ?? StoppingInstances ?? []) this.#changed(one);
        return;
      case 'AttachVolume':
      case 'DetachVolume': {
        const order = attachmentOrder[State ?? ''];
        if (!VolumeId || !InstanceId || order === undefined || !AttachTime) return;
        this.#note(volumeView(VolumeId), InstanceId, AttachTime.getTime(), order);
        this.#note(instanceView(InstanceId), VolumeId, AttachTime.getTime(), order);
        if (operation === 'AttachVolume') this.#note(ownView(VolumeId), InstanceId, AttachTime.getTime(), 0);
        return;
      }
      case 'CreateVolume':
        if (VolumeId) this.#made(VolumeId, SnapshotId);
    }
  }

  /** Of these things and what is attached to them, whose order began anew since this was last asked, one sentence each. */
  begunAnew(ids: readonly string[]): readonly string[] {
    const concerns = ({ view, of }: { view: string; of: string }) =>
      ids.some((id) => [id, instanceView(id), volumeView(id)].includes(view) || of === id);
    const told = this.#anew.filter(concerns);
    this.#anew = this.#anew.filter((one) => !told.includes(one));
    return told.map(({ text }) => text);
  }

  /** When a volume was last seen attached to an instance, in ms, unless a call of ours has done it; undefined when that is not known. */
  attachedByOthers(volume: string, instance: string): number | undefined {
    const seen = this.#marks.get(volumeView(volume))?.get(instance)?.time;
    return seen === this.#marks.get(ownView(volume))?.get(instance)?.time ? undefined : seen;
  }

  /** The instances that a volume was seen attached to. */
  heldBy(volume: string): readonly string[] {
    return [...(this.#marks.get(volumeView(volume))?.keys() ?? [])];
  }

  /** Of those, the ones that had it at some time after `at`, in ms: attached later, or not seen to have let go of it before. */
  heldSince(volume: string, at: number): readonly string[] {
    return [...(this.#marks.get(volumeView(volume)) ?? [])].flatMap(([instance, { time, order, since }]) =>
      time > at || order !== leaving || since > at ? [instance] : [],
    );
  }

  /**
   * Did this life of an instance come to show so lately that what AWS tells of it without an order (its status checks), asked now, may
   * be of the life before?
   */
  mayTellOfLifeBefore(instance: string): boolean {
    const mark = this.#marks.get(instance)?.get(life);
    return mark !== undefined && mark.time !== endOfLives && this.#isYoung(mark, this.#time.now());
  }

  /** The marks of these things and of what is attached to them, to be kept for the next process. */
  kept(ids: readonly string[]): Json {
    const attached = ids.flatMap((id) => [...(this.#marks.get(instanceView(id))?.keys() ?? [])]);
    const views = [...new Set([...ids, ...attached])].flatMap((id) => [
      id,
      instanceView(id),
      volumeView(id),
      ownView(id),
    ]);
    const made = [...this.#marks].filter(
      ([view, of]) => view.startsWith(snapshotView('')) && ids.some((id) => of.has(id)),
    );
    return [...views, ...made.map(([view]) => view)].flatMap((view) =>
      [...(this.#marks.get(view) ?? [])].map(([of, { time, order, since }]) => [view, of, time, order, since]),
    );
  }

  /** Takes up what an earlier process has kept. What this one knows already counts where it is higher. */
  recall(kept: Json): void {
    for (const [view, of, time, order, since] of marksIn(kept)) {
      const known = this.#marks.get(view)?.get(of);
      if (!known || isAbove({ time, order }, known)) this.#set(view, of, { time, order, since });
    }
  }

  /** What an answer shows of one view's attachments: none is below its mark, and what is missing may be missing. */
  #attachments(
    view: string,
    shown: readonly { of: string; time: number | undefined; state: string | undefined }[],
    askedAt: number,
  ): boolean {
    let believed = true;
    for (const { of, time, state } of shown)
      if (!this.#take(view, of, time, attachmentOrder[state ?? ''], askedAt)) believed = false;
    for (const [of, mark] of this.#marks.get(view) ?? []) {
      if (mark.order === leaving || shown.some((one) => one.of === of)) continue;
      // It was there and does not show: this is from before it was attached, or it has left since. No order tells them apart.
      if (this.#isYoung(mark, askedAt)) believed = false;
      else this.#set(view, of, { ...mark, order: leaving, since: askedAt });
    }
    return believed;
  }

  /**
   * May an answer that was asked at `askedAt` still show how it was before this was known? One that was asked before that all the more: it
   * was long on its way.
   */
  #isYoung({ since }: Mark, askedAt: number): boolean {
    // What an older rekey has kept is by the clock of its machine: one that was ahead must not make anything young for ever.
    return askedAt < since + unseenMs && since < this.#time.now() + unseenMs;
  }

  /** A volume is there, and it was made from that. */
  #made(volume: string, snapshot: string | undefined): void {
    this.#note(volume, life, 0, 0);
    if (snapshot) this.#note(snapshotView(snapshot), volume, 0, 0);
  }

  /** That a thing is not there, which was, is believed when AWS can't show any more how it was before that. */
  #believesAbsence(id: string, askedAt: number): boolean {
    const mark = this.#marks.get(id)?.get(life);
    return mark === undefined || !this.#isYoung(mark, askedAt);
  }

  /** False when this is below what was seen, unless answers have said so for longer than AWS shows the past. */
  #take(view: string, of: string, time: number | undefined, order: number | undefined, askedAt: number): boolean {
    // What AWS has left out has no order.
    if (time === undefined || order === undefined) return true;
    const mark = this.#marks.get(view)?.get(of);
    if (mark && isAbove(mark, { time, order })) {
      const since = this.#against.get(mark) ?? askedAt;
      this.#against.set(mark, since);
      if (askedAt < since + unseenMs) return false;
      this.#anew.push({ view, of, text: contradiction(view, of, mark, { time, order }) });
      this.#set(view, of, { time, order, since: askedAt });
    }
    if (mark) this.#against.delete(mark);
    this.#note(view, of, time, order);
    return true;
  }

  /**
   * AWS says how an instance was when it took the call, and how it is by now. Where that is further back than what was seen of
   * it, a later life has begun, whoever began it: a start of ours whose answer was lost, too.
   */
  #changed({ InstanceId = '', PreviousState, CurrentState }: StateChange): void {
    const mark = this.#marks.get(InstanceId)?.get(life);
    const was = instanceOrder[PreviousState?.Name ?? ''];
    const is = instanceOrder[CurrentState?.Name ?? ''];
    if (!mark || mark.time === endOfLives || was === undefined || is === undefined) return;
    this.#note(InstanceId, life, mark.time, was < mark.order || is < was ? startedAgain : is);
  }

  #note(view: string, of: string, time: number, order: number): void {
    const mark = this.#marks.get(view)?.get(of);
    if (!mark || isAbove({ time, order }, mark)) this.#set(view, of, { time, order, since: this.#time.now() });
  }

  #set(view: string, of: string, mark: Mark): void {
    const marks = this.#marks.get(view);
    if (marks) marks.set(of, mark);
    else this.#marks.set(view, new Map([[of, mark]]));
  }
}

/** In an instance's own view, the instance; and in a volume's, that it is there. */
const life = '';
const instanceView = (id: string) => `on ${id}`;
const volumeView = (id: string) => `of ${id}`;
const snapshotView = (id: string) => `from ${id}`;
/** Of a volume, when a call of ours has attached it last, as the answer to it says. */
const ownView = (id: string) => `by us ${id}`;

/** What the answers to calls of ours tell, as far as it has an order. */
interface Answer {
  readonly StartingInstances?: readonly StateChange[];
  readonly StoppingInstances?: readonly StateChange[];
  readonly VolumeId?: string;
  readonly SnapshotId?: string;
  readonly InstanceId?: string;
  readonly State?: string;
  readonly AttachTime?: Date;
}

interface StateChange {
  readonly InstanceId?: string;
  readonly CurrentState?: { readonly Name?: string };
  readonly PreviousState?: { readonly Name?: string };
}

function contradiction(view: string, of: string, was: Rank, is: Rank): string {
  const minutes = Math.round(unseenMs / 60_000);
  const at = ({ time, order }: Rank) => `${time === endOfLives ? 'its end' : new Date(time).toISOString()} (${order})`;
  const thing = of === life ? view : `${of} ${view}`;
  return `AWS has shown ${thing} for ${minutes} min as being at ${at(is)}, although ${at(was)} had been seen before: from now on rekey accepts that, and undoes or deletes nothing because of it alone`;
}

type Rank = Pick<Mark, 'time' | 'order'>;

function isAbove(a: Rank, b: Rank): boolean {
  return a.time > b.time || (a.time === b.time && a.order > b.order);
}

function marksIn(kept: Json): [view: string, of: string, time: number, order: number, since: number][] {
  const rows: readonly Json[] = Array.isArray(kept) ? kept : [];
  return rows.flatMap((row) => {
    const [view, of, time, order, since] = Array.isArray(row) ? row : [];
    const sound =
      typeof view === 'string' &&
      typeof of === 'string' &&
      typeof time === 'number' &&
      typeof order === 'number' &&
      typeof since === 'number';
    return sound ? [[view, of, time, order, since]] : [];
  });
}
