import { createHash } from 'node:crypto';
import type { JournalRecord } from '../../src/contract/record.ts';
import { type Auditor, type Invariant, invariants, type Violation } from '../support/invariants.ts';
import { exitOf, told } from '../support/promises.ts';
import { isRead } from '../support/reads.ts';
import { aTakenClaim, firstRun, inWorld } from '../support/world.ts';
import {
  aSecondPlan,
  aTypedRollback,
  type Begun,
  Beside,
  endOf,
  isExcused,
  isOver,
  isOvertaken,
  type RunUnderWay,
} from './beside.ts';
import { Choices } from './choices.ts';
import {
  boxDown,
  crashOf,
  type Deed,
  firstBesideSeed,
  firstLateSeed,
  firstPeopleSeed,
  firstVariedSeed,
  firstWideSeed,
  type Grammar,
} from './grammar.ts';
import { type Shipped, shipped } from './shipped.ts';
import { Others, peopledWith, staleRules, startled, variedWith, type Wide } from './wide.ts';

/** What one seed came to. */
export interface History {
  readonly seed: number;
  readonly plan: string;
  /** Of every call as the account saw it: equal for equal seeds, in any process. */
  readonly hash: string;
  readonly processes: number;
  readonly calls: number;
  readonly effects: number;
  readonly faults: ReadonlyMap<string, number>;
  readonly evaluations: ReadonlyMap<Invariant, number>;
  readonly end: string;
  readonly failures: readonly string[];
  /** What broke in a way that is known to break today. */
  readonly expected: readonly Violation[];
  readonly log: readonly string[];
}

const lived = shipped.filter((one): one is Shipped & { grammar: Grammar } => one.grammar !== undefined);
/** The shipped plans of which there are random histories. */
export const planNames = lived.map(({ name }) => name);
// Those that there were when the first seeds were named, in the order in which seeds chose among them.
const earlyPlans = ['ec2-instance', 'ebs-volume'];

// Each in every round in which it still has a share.
const rounds = [...Array(Math.max(...lived.map(({ grammar }) => grammar.share))).keys()];
const turns = rounds.flatMap((round) => lived.flatMap(({ name, grammar }) => (grammar.share > round ? [name] : [])));

/** Which plan a seed is of, when none is named. From `firstLateSeed` on all that ship take turns, so that each has its share. */
export function planOfSeed(seed: number): string {
  // By a source of its own, so that what a seed means for one plan outlives the plans that are added.
  if (seed < firstLateSeed) return new Choices(seed ^ 0x9e3779b9).one(earlyPlans);
  return turns[seed % turns.length] ?? '';
}

/** The order of members is the wire's affair. */
function sorted(input: unknown): string {
  return JSON.stringify(input, (_name, value: unknown) =>
    value !== null && typeof value === 'object' && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  );
}

export interface Kind {
  /** Only what could happen when the first seeds were named. */
  readonly tame?: boolean;
  /** Of which plan; the seed chooses when it is left out. */
  readonly plan?: string;
  /** Somebody else is at work too, unless false. */
  readonly people?: boolean;
  /** Calls go over the wire, as they do outside of tests: slower, and the same history. */
  readonly wired?: boolean;
  /** Every read shows what was up to so long ago, as long as there are faults. */
  readonly staleMs?: number;
  /** Faults go on without end and nothing crashes; then they stop under the living process, which has to end by itself. */
  readonly liveness?: boolean;
}

function wideOf(grammar: Grammar, seed: number): Wide {
  const chosen = grammar.wide(new Choices(seed ^ 0x2545f491));
  const closed = grammar.closed?.(new Choices(seed ^ 0x1b873593)) ?? [];
  const wide = { ...chosen, rules: [...chosen.rules, ...closed] };
  if (seed < firstVariedSeed) return wide;
  const varied = variedWith(wide, grammar.varied(new Choices(seed ^ 0x61c88647)));
  const people = seed < firstPeopleSeed ? undefined : grammar.people?.(new Choices(seed ^ 0x517cc1b7));
  return people ? peopledWith(varied, people) : varied;
}

/** Lives one whole history: faults, crashes and other people first; then they end, and the run must come to an end. */
export async function history(seed: number, kind: Kind = {}): Promise<History> {
  const planName = kind.plan ?? planOfSeed(seed);
  const one = lived.find(({ name }) => name === planName);
  if (!one) throw new Error(`there are no random histories of plans/${planName}.yaml`);
  const { grammar } = one;
  const choices = new Choices(seed);
  const scene = grammar.scene(choices);
  const wide = kind.tame || seed < firstWideSeed ? undefined : wideOf(grammar, seed);
  const given = { ...one.plan, sets: [...one.plan.sets, ...(scene.sets ?? [])] };
  const { plan, names: variants } = wide?.plan(given) ?? { plan: given, names: [] };
  const alone = kind.tame || kind.liveness || kind.people === false;
  const few = alone || seed < firstBesideSeed || seed >= firstVariedSeed;
  const beside = few ? undefined : new Beside(new Choices(seed ^ 0x3c6ef372), { name: planName, plan, grammar });
  const runs: readonly RunUnderWay[] = beside?.runs ?? [{ id: firstRun, plans: [plan], disk: [], last: undefined }];
  const more = new Choices(seed ^ 0x7f4a7c15);
  // This draw once chose the plan; seeds keep what follows it.
  choices.next();
  const faults = new Map<string, number>();
  const log: string[] = [];
  const failures: string[] = [];
  const expected: Violation[] = [];
  const trace = createHash('sha256');
  const count = (name: string) => faults.set(name, (faults.get(name) ?? 0) + 1);
  for (const name of [...variants, ...(beside?.names ?? [])]) count(name);
  let calls = 0;
  let effects = 0;
  let processes = 0;
  let hostile = beside?.names.includes(aSecondPlan) === true;
  const deeds = new Set<string>([...variants, ...(beside?.names ?? [])]);
  let calm = false;
  let end = '';
  let others: Others | undefined;
  const evaluations = new Map<Invariant, number>([['BROKE', 1]]);
  let auditor: Auditor | undefined;
  await inWorld(
    wide?.scenario(scene.scenario) ?? scene.scenario,
    async (world) => {
      auditor = world.auditor;
      world.auditor.windowOpen = wide?.varied?.windowOpen;
      const start = Date.now();
      const at = () => `${((Date.now() - start) / 1000).toFixed(1)}s`;
      world.watch((call) => {
        calls++;
        if (!isRead(call.operation) && call.outcome === 'done') effects++;
        const line = `${at()} ${call.operation} ${sorted(call.input)} ${call.outcome}`;
        trace.update(`${line}\n`);
        log.push(line);
        others?.look();
      });
      world.watchPrograms((told) => log.push(`${at()} machine: ${told}`));
      for (let n = kind.liveness ? 1 + choices.below(4) : choices.below(4); n > 0; n--) {
        const { times, ...rule } = grammar.fault(choices);
        world.account.faults.add(kind.liveness ? rule : { ...rule, ...(times !== undefined && { times }) });
      }
      const happens = (deed: Deed) => {
        if (calm) return;
        const outcome = world.attempt(() => deed.act(world));
        world.auditor.meanwhile();
        log.push(`${at()} somebody: ${deed.name}: ${outcome}`);
        trace.update(`${deed.name} ${outcome}\n`);
        if (outcome !== 'done') return;
        count(deed.name);
        deeds.add(deed.name);
        hostile ||= deed.hostile;
      };
      const foreseen = (choices: Choices, deed: Deed) => {
        const { soonMs, lateMs } = grammar.reach;
        const afterMs = choices.below(2) === 0 ? choices.below(soonMs) : choices.below(lateMs);
        world.account.schedule(Date.now() + afterMs, () => happens(deed));
      };
      if (wide && kind.people !== false) others = new Others(world, wide.deeds, happens);
      for (let n = kind.people === false ? 0 : choices.below(3); n > 0; n--) foreseen(choices, grammar.deed(choices));
      if (!kind.tame) {
        world.account.faults.add(...grammar.moreFaults(more, seed, seed < firstLateSeed));
        if (kind.people !== false && more.chance(0.3)) foreseen(more, grammar.moreDeed(more));
      }
      if (wide) world.account.faults.add(...wide.rules);
      const always = kind.staleMs === undefined ? undefined : { operation: '*', ms: kind.staleMs, rate: 1 };
      world.account.faults.add(...staleRules(world, always ?? wide?.staleMs));
      const [first] = runs;
      if (!first) throw new Error('a history without a run');
      const live = async (run: RunUnderWay, begun: Begun): Promise<void> => {
        processes++;
        const { crash, command, replaceClaim } = begun;
        const typed = command?.command === 'rollback' && command.discardWrites;
        for (const name of [...(replaceClaim ? [aTakenClaim] : []), ...(typed ? [aTypedRollback] : [])]) {
          count(name);
          deeds.add(name);
          hostile = true;
        }
        const life = await world.process(run.disk, {
          plans: run.plans,
          run: run.id,
          ...begun,
          ...(calm || !wide ? {} : startled(wide.sleeps)),
        });
        const which = runs.length > 1 ? `${run === first ? ' of the first run' : ' of the second run'}` : '';
        log.push(`${at()} process ${processes}${which} ended: ${exitOf(life)} ${told(life)}`);
        trace.update(`${exitOf(life)}\n`);
        if (crash && life.result === 'died') count(`crash ${crash.record ? 'at a record' : crash.call?.when}`);
        if (life.disk.some((record) => record.t === 'submitted')) run.disk = life.disk;
        run.last = life;
      };
      const besides = async () => {
        for (const [run, begun] of beside?.turns(world) ?? []) await live(run, begun);
      };
      const faultsEnd = () => {
        for (const rule of world.account.faults.list()) if (rule.struck) count(`${rule.kind} ${rule.when}`);
        world.account.faults.clear();
      };
      if (kind.liveness) {
        world.account.schedule(Date.now() + choices.below(3_000_000), faultsEnd);
        await live(first, {});
        const end = endOf(first);
        const why = first.last?.result === 'died' ? undefined : first.last?.result.plans[0];
        if (!isOver(first) && !(why?.error?.code && why.error.message)) {
          failures.push(`it ended ${end} and did not say what it awaits: ${first.last && told(first.last)}`);
        }
      }
      await besides();
      for (let n = kind.liveness ? 0 : 1 + choices.below(4); n > 0; n--) {
        const crash = crashOf(choices, grammar.reach);
        const interrupted = choices.chance(0.15) && { interruptAfterMs: choices.below(grammar.reach.interruptMs) };
        await live(first, { ...(crash && { crash }), ...interrupted, ...beside?.next(world, first) });
        await besides();
        if (isOver(first)) break;
        if (choices.chance(0.3)) world.pass(choices.below(3_600_000));
      }
      faultsEnd();
      calm = true;
      world.auditor.promises.calm = !hostile;
      world.pass(6_000_000);
      for (let n = 0; n < 8; n++) {
        for (const run of runs) {
          if (n > 0 && isOver(run)) continue;
          scene.mend(world, run.disk);
          const back =
            n > 1 &&
            isOvertaken(
              run,
              runs.find((one) => one !== run),
            );
          await live(run, back ? { command: { command: 'rollback', discardWrites: false } } : {});
        }
        if (runs.every(isOver)) break;
        world.pass(600_000);
      }
      end = runs.map(endOf).join(' and ');
      const announcements = runs.flatMap(({ disk }) => announced(disk));
      // What was left by any of them is for the one that is done to answer for.
      for (const run of runs) {
        const other = runs.find((one) => one !== run);
        if (beside && isExcused(run, other)) continue;
        const how = { end: endOf(run), hostile, deeds, told: announcements };
        for (const fault of [...scene.faultsOfEnd(world, how), ...(wide?.varied?.faultsOfEnd(world, how) ?? [])])
          world.auditor.judge(fault === boxDown ? 'P3.over-and-down' : 'END', false, () => fault);
      }
      for (const [invariant, times] of world.auditor.evaluations) evaluations.set(invariant, times);
      for (const name of faults.keys()) world.auditor.struck.add(name);
      failures.push(...world.auditor.violations);
      expected.push(...world.auditor.expected);
      world.auditor.found.splice(0);
    },
    seed,
    { wired: kind.wired === true, programs: wide?.varied?.programs },
  ).catch((error: unknown) => {
    const why = error instanceof Error ? error.stack : String(error);
    failures.push(`BROKE (${invariants.BROKE}): ${why}`, ...(auditor?.violations ?? []));
  });
  return {
    seed,
    plan: planName,
    hash: trace.digest('hex').slice(0, 16),
    processes,
    calls,
    effects,
    faults,
    evaluations,
    end,
    failures,
    expected,
    log,
  };
}

function announced(disk: readonly JournalRecord[]): string[] {
  return disk.flatMap((record) => (record.t === 'announced' ? [record.text] : []));
}
