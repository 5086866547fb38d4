import type { PlanSource } from '../../src/contract/plan.ts';
import { unseenMs } from '../../src/contract/settle.ts';
import { parsePlan } from '../../src/plan/parse.ts';
import type { FaultRule } from '../../src/simulator/faults.ts';
import { registry } from '../../src/steps/registry.ts';
import type { Programs } from '../support/programs.ts';
import type { ProcessOptions, World } from '../support/world.ts';
import type { Choices } from './choices.ts';
import { suspend } from './clocks.ts';
import type { People } from './deeds/people.ts';
import type { Deed, End } from './grammar.ts';

/** Somebody else at work, at a time that the seed chooses or, with `on`, whenever the account is as he waits for it. */
export interface WideDeed {
  readonly name: string;
  /** Whether it may take apart what the run works on. */
  readonly hostile: boolean;
  /** What there is for him to act on now, by id; he acts on each once. */
  readonly on?: (world: World) => readonly string[];
  act(world: World, id: string): void;
}

/** A deed as a seed has chosen it. */
export interface Planned {
  readonly deed: WideDeed;
  /** After the history's beginning, or after what it waits for has come. */
  readonly afterMs: number;
  /** On how many things he acts. */
  readonly times: number;
}

/** A plan, and by which names it differs from the one that ships. */
export interface Variant {
  readonly plan: PlanSource;
  readonly names: readonly string[];
}

/** What histories of late seeds have besides: drawn from a source of its own, so that nothing before it hangs on it. */
export interface Wide {
  readonly deeds: readonly Planned[];
  /** Rights that are missing for a while, a network that is. */
  readonly rules: readonly FaultRule[];
  /** Reads show what was up to so long ago; undefined: they do not. */
  readonly staleMs: { readonly operation: string; readonly ms: number; readonly rate: number } | undefined;
  /** The machine sleeps for so long before a call of a process. */
  readonly sleeps: { readonly call: number; readonly ms: number } | undefined;
  /** The account with what such deeds need. */
  scenario(text: string): string;
  /** Another plan that the checker admits, and how it differs. */
  plan(given: PlanSource): Variant;
  /** What seeds from `firstVariedSeed` on have besides. */
  readonly varied?: Varied;
}

/** Plans in more variants, with commands of the operator's, and deeds that came later: by a source of its own. */
export interface Varied {
  readonly deeds: readonly Planned[];
  scenario(text: string): string;
  plan(given: Variant): Variant;
  /** The programs that the plan's commands start. */
  programs(world: World): Programs;
  /** When a cut-over may begin, if not at any time. */
  readonly windowOpen?: (now: number) => boolean;
  /** What is wrong with how it ended, one sentence each. */
  faultsOfEnd(world: World, end: End): readonly string[];
}

/** The wider world of a seed with what came later. */
export function variedWith(wide: Wide, varied: Varied): Wide {
  return {
    ...wide,
    deeds: [...wide.deeds, ...varied.deeds],
    scenario: (text) => varied.scenario(wide.scenario(text)),
    plan: (given) => varied.plan(wide.plan(given)),
    varied,
  };
}

/** The same with people who are less kind. */
export function peopledWith(wide: Wide, { deeds, scenario }: People): Wide {
  return { ...wide, deeds: [...wide.deeds, ...deeds], scenario: (text) => scenario(wide.scenario(text)) };
}

/** Watches the account for those who wait for a moment in it. */
export class Others {
  private readonly world: World;
  private readonly happens: (deed: Deed) => void;
  private readonly waiting: { readonly planned: Planned; readonly met: Set<string> }[];

  constructor(world: World, deeds: readonly Planned[], happens: (deed: Deed) => void) {
    this.world = world;
    this.happens = happens;
    this.waiting = deeds.filter(({ deed }) => deed.on).map((planned) => ({ planned, met: new Set() }));
    for (const planned of deeds) if (!planned.deed.on) this.foresee(planned, '');
  }

  /** To be called after each call: the moments that matter lie between two of them. */
  look(): void {
    for (const { planned, met } of this.waiting) {
      for (const id of planned.deed.on?.(this.world) ?? []) {
        if (met.has(id) || met.size >= planned.times) continue;
        met.add(id);
        this.foresee(planned, id);
      }
    }
  }

  private foresee({ deed, afterMs }: Planned, id: string): void {
    const { name, hostile } = deed;
    this.world.account.schedule(Date.now() + afterMs, () =>
      this.happens({ name, hostile, act: (world) => deed.act(world, id) }),
    );
  }
}

/** Chooses one to three of them, and when each comes. */
export function plannedOf(choices: Choices, deeds: readonly WideDeed[], lateMs: number): Planned[] {
  return [...Array(1 + choices.below(3))].map(() => {
    const deed = choices.one(deeds);
    const reaction = choices.one([0, 0, 1_000, 15_000, 120_000, choices.below(lateMs)]);
    const time = choices.below(choices.chance(0.5) ? lateMs / 3 : lateMs);
    return { deed, afterMs: deed.on ? reaction : time, times: choices.one([1, 1, 2, 50]) };
  });
}

/** As old as an answer may be in which something new does not show yet: what is made shows late besides (`visibilityDelayMs`). */
export function staleRules(world: World, stale: Wide['staleMs']): FaultRule[] {
  if (!stale) return [];
  const most = unseenMs - world.account.world.visibilityDelayMs;
  return [{ kind: 'stale', operation: stale.operation, staleMs: Math.min(stale.ms, most), share: stale.rate }];
}

/** The machine falls asleep before a call. */
export function startled(sleeps: Wide['sleeps']): Pick<ProcessOptions, 'beforeCall'> {
  if (!sleeps) return {};
  return {
    beforeCall: (_operation, number) => {
      if (number === sleeps.call) suspend(sleeps.ms);
    },
  };
}

/** The plan with a change, where there is a place for it and the checker admits it; else as it was. */
export function changed(
  { plan: given, names }: Variant,
  name: string,
  change: (plan: PlanSource) => PlanSource | undefined,
): Variant {
  const plan = change(given);
  if (!plan || 'problems' in parsePlan(plan, registry)) return { plan: given, names };
  return { plan, names: [...names, name] };
}

/** The steps of a plan, each with the lines before the next one; first what stands before them. */
const partsOf = (text: string) => text.split(/^(?= {2}- )/m);
const isStep = (id: string) => new RegExp(`^ {2}- (\\{ )?id: ${id}\\b`);

/** The plan without a step. */
export function without(variant: Variant, step: string | undefined): Variant {
  if (step === undefined) return variant;
  return changed(variant, `a plan without ${step}`, (given) => ({
    ...given,
    text: partsOf(given.text)
      .filter((part) => !isStep(step).test(part))
      .join(''),
    sets: given.sets.filter((set) => !set.startsWith(`steps.${step}.`)),
  }));
}

/** The plan with a step before one that it has; undefined if it has none. */
export function withStep(given: PlanSource, before: string, step: string): PlanSource | undefined {
  const parts = partsOf(given.text);
  const at = parts.findIndex((part) => isStep(before).test(part));
  return at < 0 ? undefined : { ...given, text: parts.toSpliced(at, 0, step).join('') };
}
