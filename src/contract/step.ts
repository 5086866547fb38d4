import type * as z from 'zod';
import type { Clock } from './clock.ts';
import type { Json } from './json.ts';
import type { Want } from './outage.ts';
import type { LookAround, Surroundings } from './surroundings.ts';
import type { Verdict, VerdictStatus } from './verdict.ts';

/**
 * What an effect does to the target or to data, from harmless to final.
 * `additive` makes something new · `disruptive` changes the target · `destructive` deletes an original · `discard` deletes what this run made.
 */
export type Hazard = EffectDefinition<unknown, unknown, unknown>['hazard'];

/** What a look shows of an effect: has it happened? */
export type Seen<O> =
  /**
   * Not happened. `before` is what the effect will change, as an undo needs it. `ran`: the target has served meanwhile, and has ceased
   * to. `hindered`: what is in its way, with what a person has to do about it; on the way back that is waited for.
   */
  | { readonly is: 'absent'; readonly before?: Json; readonly ran?: true; readonly hindered?: string }
  | {
      readonly is: 'pending';
      readonly output: O;
      readonly progress?: number | undefined;
      /** What a verification still waits for, told when its time is up. */
      readonly why?: string;
      /** Others have changed the target, and it waits for them to change it back. */
      readonly byOthers?: boolean;
      readonly surplus?: readonly O[];
    }
  /**
   * `lags`: of a verification, what speaks against a pair was seen by looks to which the platform gives no order. They may show how it was
   * before this run's last call, so it counts once that is certainly shown.
   */
  | { readonly is: 'done'; readonly output: O; readonly surplus?: readonly O[]; readonly lags?: boolean }
  /**
   * It happened and ended badly, for good. `neverRan`: AWS shows that the target never served on what the effect gave it.
   * `output`: what it has left all the same, to be discarded by name. `wants`: what AWS lacked for it, and may have again.
   */
  | {
      readonly is: 'failed';
      readonly reason: string;
      readonly neverRan?: boolean;
      readonly output?: O;
      readonly wants?: Want | undefined;
    };

/** A call of a registered step, by name, so that steps need not import each other. */
export interface StepCall {
  readonly uses: string;
  readonly with: Readonly<Record<string, unknown>>;
}

/** What a step may use. `S` is the services of the platform, opaque to the engine. */
export interface StepContext<S> {
  readonly aws: S;
  readonly clock: Clock;
  readonly run: string;
  readonly plan: string;
  readonly target: { readonly type: string; readonly id: string };
  /** The types of the plan's steps from top to bottom, for what is refused unless a later step takes care of it. */
  readonly stepTypes: readonly string[];
  /** Tags that the plan wants on all that is made, besides those that are carried. */
  readonly tags: readonly { readonly key: string; readonly value: string }[];
  /** `uuidv5(run, key)`: client token, tag value or part of an identifier. The same after every crash, another in the next generation. */
  readonly token: string;
  /** The call is sent once more although it is on its way: it has been for as long as `insistAfterMs` says. */
  readonly insists?: boolean;
  /** When this effect's call was first sent, in ms; undefined before. Looks use it to tell "not yet" from "gone". */
  readonly sentAt: number | undefined;
  /** When calls of this effect were sent of which it is not known that they were answered or refused, in ms by the clock of whoever was called. */
  readonly unanswered: readonly number[];
  /** Is it on record that this run has made it? */
  isOurs(id: string): boolean;
  readonly signal: AbortSignal;
  /** Rejects when another runner has taken the run over: asked right before what goes out by another way than a call to AWS. */
  stillOurs(): Promise<void>;
  readonly commands: Commands;
  /** Tells the operator something that ought to stand in the report: what can't be carried, what was accepted. */
  announce(text: string): void;
}

/** What has to be known of the commands of the operator's that a plan starts. */
export interface Commands {
  /**
   * Resolves when none runs any more that an earlier process of this run has started for the plan: each is waited for until its time
   * is over, and then ended. Throws `command-out-of-sight`, `command-not-ended`, Aborted.
   */
  alone(): Promise<void>;
  /** Puts on record what was just started: it would be ended at `until`, in ms by this machine's wall clock. */
  started(pid: number, until: number): Promise<void>;
}

interface Definition<I, O> {
  readonly type: string;
  /** IAM actions that the step needs. */
  readonly permissions: readonly string[];
  /** Those that it does without, and says so, where they are refused. */
  readonly optionalPermissions?: readonly string[];
  readonly input: z.ZodType<I>;
  readonly output: z.ZodType<O>;
  /** One line for the operator: "snapshot vol-…". */
  title(input: I): string;
}

/** How a thing is set, by name. */
export type Attributes = { readonly [name: string]: Json };

/** Looks, changes nothing. Throws a RekeyError to refuse. `known` is what an earlier generation of this run found, to hold on to. */
export interface ReadDefinition<S, I, O> extends Definition<I, O> {
  readonly kind: 'read';
  read(ctx: StepContext<S>, input: I, known: O | undefined): Promise<O>;
  /** Ids of what this run will change or replace and so must claim. */
  claims?(output: O): readonly string[];
  /** Of what it gives, what stays as it is until somebody changes it: not when something was last started. All of it, when left out. */
  lasting?(output: O): Json;
  /** How each original was when it was read, by its id, as far as that is on record: for a report of the run. */
  originals?(input: I, output: O): { readonly [id: string]: Attributes };
  /** What a run goes on relying on. Without it, only how the target is built is compared with what was read. */
  readonly surroundings?: {
    /** As the read established it; undefined where an older version has read. */
    of(output: O): Surroundings | undefined;
    /** As it is now, as far as looks show it. Whole, it is taken by reading again. */
    look(ctx: StepContext<S>, input: I, output: O, around: LookAround): Promise<Surroundings>;
  };
}

/** An operation of a service, as the SDK names it: `ec2:StopInstances`. It is the IAM action, too. */
export type ServiceCall = `${string}:${string}`;

/** What every effect says, whatever it may harm. */
interface AnyEffect<S, I, O> extends Definition<I, O> {
  /** The operation that `run` sends; `none` for what calls no service, as a command of the user's. */
  readonly call: ServiceCall | 'none';
  /** What it restarts: the target or an original. What could not come up again is not sent: its keys are tried right before. */
  restarts?(input: I): string;
  /** What makes sending it twice safe: a client token, a state that converges, or nothing (then it is resent only after a long look). */
  readonly repeat: 'token' | 'convergent' | 'none';
  /** A limited resource of the account; the run never holds more of it than there is. */
  readonly slot?: string;
  /** How long it may take to settle, and AWS to take it. */
  readonly settleWithinMs: number;
  /** It is so when AWS has taken it, and looked for at once. */
  readonly soAtOnce?: true;
  /** The same, where the plan says otherwise. */
  withinMs?(input: I): number | undefined;
  /** How long it may be on its way before the call is sent once more, with `insists`: the plan's word. Without one it never is. */
  insistAfterMs?(input: I): number | undefined;
  /** Has it happened? By id when `known`, else by token. */
  look(ctx: StepContext<S>, input: I, known: O | undefined): Promise<Seen<O>>;
  /** ONE call, sent once. What the answer tells is given back, so that later looks go by id. */
  run(ctx: StepContext<S>, input: I): Promise<O | undefined>;
  /** `output` is null for an effect in doubt. */
  readonly undo: 'unneeded' | 'impossible' | ((input: I, output: O | null, before: Json) => readonly StepCall[]);
}

/** Makes something new, or changes what this run has made. */
export interface AdditiveEffect<S, I, O> extends AnyEffect<S, I, O> {
  readonly hazard: 'additive';
  /** The ids of what it creates, as `output` tells them: only these does the run ever discard. `nothing`: it only changes or marks. */
  readonly creates: 'nothing' | ((output: O) => readonly string[]);
  /** The pair this effect gives birth to. `beside`: it stands beside the target, which serves without either. */
  replaces?(input: I, output: O): { readonly original: string; readonly replacement: string; readonly beside?: true };
  /** What the replacement was asked to be, by the names that the read has for its original: for a report of the run. */
  asked?(input: I): Attributes;
  /** What the original of the pair goes on costing until it is deleted. */
  keeps?(input: I): Upkeep;
  /** What it makes is a part of a replacement, and kept with it where that is kept. */
  readonly belongs?: true;
  /** What speaks now against making it: in a cut-over that is taken back then. */
  prove?(ctx: StepContext<S>, input: I): Promise<Proof>;
  /**
   * The original of whose data it makes a copy: that is not discarded without a proof that the data is elsewhere. `anew`: under
   * another key, so that it may be readable where the original is not.
   */
  copies?(input: I): { readonly original: string; readonly anew?: true };
  /** Why what it makes may have disappeared again after AWS accepted it, each cause with what is known of it. */
  whenVanished?(ctx: StepContext<S>, input: I): Promise<readonly string[]>;
}

/** Changes the target. */
export interface DisruptiveEffect<S, I, O> extends AnyEffect<S, I, O> {
  readonly hazard: 'disruptive';
  /**
   * The platform gives an order to what it changes, so that no look shows the past, and it takes the call also where it is already so:
   * it is sent whatever a look shows, and its answer decides.
   */
  readonly ordered?: true;
  /** This input asks for nothing: how the target is found is its outcome, and no call is sent. */
  leaves?(input: I): boolean;
  /** Has its call changed anything, as far as its answer tells? When it is left out, a call that was sent has. */
  changed?(output: O, before: Json): boolean;
  /** The observation of the target that is expected once this effect has happened. */
  expect(observation: Observation, input: I, output: O): Observation;
  /** True when the target may run on a replacement once the last item of this step has been sent. */
  writePoint?(input: I): boolean;
  /** It makes the target serve: refused while the target holds a mixture of originals and replacements. */
  readonly serves?: true;
  /** The target serves without it: when it can't be set back that is announced, and holds nothing up. */
  readonly servesWithout?: true;
  /**
   * AWS itself refuses it while the target runs: it goes before its neighbours, which wait until AWS has taken it. A look can
   * hide that somebody has started the target; the refusal can't.
   */
  refusedWhileRunning?(input: I): boolean;
}

/** Deletes an original or a part of it, or takes off what protects it from that. */
export interface DestructiveEffect<S, I, O> extends AnyEffect<S, I, O> {
  readonly hazard: 'destructive';
  /** The verdict by which it is allowed. */
  verdict(input: I): Verdict;
  /** The original of which something is gone once it has been sent. `nothing`: it can be undone. */
  readonly deletes: 'nothing' | ((input: I) => string);
  /** What of the original stays, under its key, when it is gone, as the plan asks for it: for a report of the run. */
  remains?(input: I): readonly string[];
  /** It deletes a part of that original alone, which goes as a whole with another step. */
  readonly deletesPart?: true;
  /** What speaks against the delete right before the call; whether the replacement still stands is asked of what has judged it. */
  prove(ctx: StepContext<S>, input: I): Promise<Proof>;
  /** What no look can show, and something that is made for it can. */
  readonly evidence?: Evidence<S, I>;
  /** What goes with the original although nothing speaks against that, one sentence each: asked once, and reported. */
  differences?(ctx: StepContext<S>, input: I): Promise<readonly string[]>;
  /** What no look can show, and the platform's own history does. */
  readonly history?: History<S, NoInfer<I>>;
}

/** What others have done to an original between two looks, as the platform keeps it. Where it can't be asked, that is said and the delete goes on. */
export interface History<S, I> {
  /** How late it may show something, in ms: it is asked when all that was done until the delete came up is shown. */
  readonly lateMs: number;
  /** Whether it can be asked, and what it shows at once. */
  early(ctx: StepContext<S>, input: I): Promise<Recalled>;
  /** The same when all of it is shown. */
  whole(ctx: StepContext<S>, input: I): Promise<Recalled>;
  /** Says to the operator that it is waited for, until then in ms. */
  waits(input: I, until: number): string;
  /** Says to the operator that it does not tell, and why. */
  unknown(input: I, why: string): string;
}

/** What a history tells: `findings` after which the replacement may lack what the original holds; `unknown`: why it does not tell all. */
export interface Recalled {
  readonly findings: readonly string[];
  readonly unknown?: string;
}

/** Something that is made, when nothing else speaks against a delete, in order to prove more. It is discarded as a leftover when the plan ends. */
export interface Evidence<S, I> {
  /** The additive effect that makes it; undefined where this input asks for none. */
  makes(input: I): StepCall | undefined;
  /** Asked when it could not be made: would it show anything at all? */
  may?(ctx: StepContext<S>, input: I): Promise<boolean>;
  /** When it was made, in ms by the platform's clock: what happens later it does not show. */
  takenAt(output: unknown): number;
  /** What it shows, by the effect's output. */
  shows(ctx: StepContext<S>, input: I, output: unknown): Promise<Proof>;
}

/** Deletes what this run made. */
export interface DiscardEffect<S, I, O> extends AnyEffect<S, I, O> {
  readonly hazard: 'discard';
  /** The id of what it deletes; the engine checks that this run made it. */
  discards(input: I): string;
  /** What of it itself speaks against discarding it now, as what is still read from it. */
  prove?(ctx: StepContext<S>, input: I): Promise<Proof>;
  /** Its output where what it was to discard is kept: it may be the last copy. */
  kept?(input: I): O & { readonly kept: true };
}

/** One mutating AWS call, and by its hazard what the engine has to know of it. */
type Effect<S, I, O> =
  | AdditiveEffect<S, I, O>
  | DisruptiveEffect<S, I, O>
  | DestructiveEffect<S, I, O>
  | DiscardEffect<S, I, O>;
export type EffectDefinition<S, I, O> = { readonly kind: 'effect' } & Effect<S, I, O>;

/** The effects of one hazard, whatever their input and output. */
export type EffectOf<S, H extends Hazard> = Extract<EffectDefinition<S, unknown, unknown>, { readonly hazard: H }>;

/** The ids of what an effect has created, by what it gave; empty for one that creates nothing. */
export function createdBy<S>(effect: EffectDefinition<S, unknown, unknown>, output: unknown): readonly string[] {
  return effect.hazard === 'additive' && effect.creates !== 'nothing' ? effect.creates(output) : [];
}

/** What costs by the hour: quantities alone, since prices differ by Region and by contract. */
export interface Upkeep {
  /** The class of each instance that runs, in AWS's words. */
  readonly instances?: readonly string[];
  /** `type` in AWS's words: gp3, io2. `by use`: AWS bills what is in use, and Describe does not tell how much that is. */
  readonly storage: { readonly GiB: number; readonly type?: string } | 'by use';
}

/** What speaks against a delete now, one sentence each; proven when that is empty and nothing is pending. */
export interface Proof {
  readonly findings: readonly string[];
  /** What has to be over first: it is waited for, and counts as a finding when it has not moved for so long. */
  readonly pending?: Pending | undefined;
  /** The original may hold by now what the replacement lacks: no later proof can make that good. */
  readonly stale?: boolean;
  /** What was to be proven is not there any more: no waiting brings it back. */
  readonly gone?: boolean;
  /** Somebody else has, or had, what was to be discarded in use: it may hold what is his. */
  readonly inUse?: boolean;
}

/** `why` is a sentence that stays the same while it is waited for; `progress` is from 0 to 1, where AWS tells. */
export interface Pending {
  readonly why: string;
  readonly progress?: number | undefined;
  readonly withinMs: number;
}

/** Judges pairs. */
export interface VerifyDefinition<S, I, O> extends Definition<I, O> {
  readonly kind: 'verify';
  readonly settleWithinMs: number;
  check(ctx: StepContext<S>, input: I): Promise<Seen<O>>;
  /** The output when the check failed or ran out of time. */
  conclude(input: I, status: VerdictStatus, reason: string): O;
  verdicts(output: O): readonly Verdict[];
  /**
   * Tries, while the target serves, what it will ask when that is down. `known`: of its input what earlier steps have given by then.
   * Gives what can't come to a good end, each with what to do about it.
   */
  rehearse?(ctx: StepContext<S>, known: unknown): Promise<readonly { readonly why: string; readonly wayOut: string }[]>;
  /** Whether what was judged is still so: asked before each delete that a verdict of it allows. */
  readonly still?: {
    /** Of one pair: what speaks now against its replacement. */
    pair(ctx: StepContext<S>, verdict: Verdict): Promise<Proof>;
    /** Of all pairs in common, asked when nothing speaks against the pair: once for all that ask at the same time. */
    all?(ctx: StepContext<S>, input: I): Promise<Proof>;
  };
}

export type StepDefinition<S, I = unknown, O = unknown> =
  | ReadDefinition<S, I, O>
  | EffectDefinition<S, I, O>
  | VerifyDefinition<S, I, O>;

/** `shape` is how the target is built, `life` how it has lived: outside a cut-over only the shape must not change. */
export interface Observation {
  readonly shape: { readonly [key: string]: Json };
  readonly life: { readonly [key: string]: Json };
}

/** What a plan can't be without: where it has a step `of` this type, it has one of the type that is needed, at its place. */
export interface Need {
  readonly of: string;
  /** Only where that is given this value of this member of its `with`. */
  readonly when?: { readonly given: string; readonly as: string };
  /** A type of step, or a gate as `gate: hold`. */
  readonly needs: string;
  /** A member of its `with` that the needed one has to be given. */
  readonly given?: string;
  /** Behind the last of this type. */
  readonly after?: string;
  /** Ahead of the first of this type. */
  readonly before?: string;
  /** It goes over the same items. */
  readonly sameItems?: true;
  /** What `of` is given as this member comes from the needed one, at first hand or made from it by steps in between. */
  readonly through?: string;
  /** What could happen without it, for the operator. */
  readonly why: string;
}

/** How a target was seen. */
export interface Serving {
  readonly running: boolean;
  readonly on: readonly string[];
  /** Where its clients find it by a name: what has that name; null while nothing has. */
  readonly named?: string | null;
  /** It runs by an accident that nobody's clients are served by: somebody has opened its fence or its Data API. */
  readonly byAccident?: true;
}

/** A kind of target: how to look at it, and how to claim it. */
export interface TargetType<S> {
  readonly type: string;
  readonly id: z.ZodType<string>;
  /** What is true of the target now, and which runs claim it or its originals. `reads`: what the plan's reads have given, the latest first. `proven`: what its verifications have since. `gone`: originals that this run has deleted and seen gone. */
  observe(
    ctx: StepContext<S>,
    claimed: readonly string[],
    reads: readonly unknown[],
    proven: readonly unknown[],
    gone: readonly string[],
  ): Promise<{
    readonly observation: Observation;
    readonly claims: readonly { readonly run: string; readonly on: string }[];
    /** Of the target, its originals and what was made of them, what does not carry this run's claim, named as the claiming step takes it. */
    readonly unclaimed?: readonly string[];
    /** Of the target and the claimed ids, those that are gone. */
    readonly missing: readonly string[];
    /** Originals that others may write to although this run keeps them out, with how. */
    readonly exposed?: readonly { readonly original: string; readonly how: string }[];
    /** What this run made and others are connected to, or have written to, although it keeps them out, with how. `inPlace`: where clients look for it. */
    readonly occupied?: readonly { readonly id: string; readonly how: string; readonly inPlace: boolean }[];
    /** Of what the target holds, what is on its way in or out. */
    readonly unsettled?: readonly string[];
  }>;
  /** What speaks against these originals being readable now, one sentence each: then what was made of them is not discarded. */
  unreadable(ctx: StepContext<S>, reads: readonly unknown[], originals: readonly string[]): Promise<readonly string[]>;
  /** What speaks against the data of these originals being there now, and staying, one sentence each, where an old answer can't count. A look says it, when absent. */
  lost?(ctx: StepContext<S>, originals: readonly string[]): Promise<readonly string[]>;
  /** What speaks against putting these originals back now, one sentence each. As `unreadable`, when absent. */
  unrestorable?(
    ctx: StepContext<S>,
    reads: readonly unknown[],
    pairs: readonly { readonly original: string; readonly replacement: string }[],
  ): Promise<readonly string[]>;
  /** The calls that take off what of these pairs stands on the target itself, but not in its place: sent only while it stands still, on the way back. */
  misplaced?(
    ctx: StepContext<S>,
    reads: readonly unknown[],
    pairs: readonly { readonly original: string; readonly replacement: string }[],
  ): Promise<readonly StepCall[]>;
  /** The calls after which the target does not run, whoever started it; none for one that can't run. */
  halt(target: string, reads: readonly unknown[]): readonly StepCall[];
  /** What was seen of the target and of these ids, in the order that the platform gives it; null where it gives none. */
  sightings?(aws: S, ids: readonly string[]): Json;
  /** Takes up what an earlier process has seen: no answer below it is believed. */
  recall?(aws: S, sightings: Json): void;
  /** Where steady answers have contradicted what was seen of these ids, and are believed since it was last asked: one sentence each. */
  begunAnew?(aws: S, ids: readonly string[]): readonly string[];
  /** Does the target run, or could anyone make it run, and what does it hold? */
  serving(observation: Observation): Serving;
  /** What its plans can't be without. A plan that was submitted before it was asked for is not held to it. */
  readonly needs?: readonly Need[];
  /** Step types, each with input `{ resources, run? }`, that put the claim tag on and take it off. */
  readonly claim: string;
  readonly release: string;
}

/** All that a plan may use. */
export interface Registry<S> {
  step(type: string): StepDefinition<S> | undefined;
  target(type: string): TargetType<S> | undefined;
  readonly steps: readonly StepDefinition<S>[];
  readonly targets: readonly TargetType<S>[];
}

/** Definers bound to one platform's services, so that a step says only what it is. */
export function definersFor<S>() {
  return {
    defineRead: <I, O>(d: Omit<ReadDefinition<S, I, O>, 'kind'>): ReadDefinition<S, I, O> => ({ kind: 'read', ...d }),
    // The hazard says which of the effects it is, which the compiler can't follow through a spread.
    defineEffect: <I, O, H extends Hazard>(
      d: Effect<S, I, O> & { readonly hazard: H },
    ): Extract<EffectDefinition<S, I, O>, { readonly hazard: H }> => ({ kind: 'effect', ...d }) as never,
    defineVerify: <I, O>(d: Omit<VerifyDefinition<S, I, O>, 'kind'>): VerifyDefinition<S, I, O> => ({
      kind: 'verify',
      ...d,
    }),
    defineTarget: (d: TargetType<S>): TargetType<S> => d,
  };
}

/** A registry over the given definitions. Throws on two of one type. */
export function registryOf<S>(
  steps: readonly StepDefinition<S, never, never>[],
  targets: readonly TargetType<S>[],
): Registry<S> {
  // Inputs are parsed by the definition's own schema before they reach it, which is what makes the widening sound.
  const all = steps as unknown as readonly StepDefinition<S>[];
  const byType = new Map(all.map((step) => [step.type, step]));
  if (byType.size !== all.length) throw new Error('two steps of one type');
  const byTarget = new Map(targets.map((target) => [target.type, target]));
  return { steps: all, targets, step: (type) => byType.get(type), target: (type) => byTarget.get(type) };
}
