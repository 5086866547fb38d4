import type { PlanSource } from '../../../src/contract/plan.ts';
import type { Course } from '../../support/programs.ts';
import type { World } from '../../support/world.ts';
import type { Choices } from '../choices.ts';
import type { Moved } from '../deeds/databases.ts';
import type { End } from '../grammar.ts';
import { changed, type Variant, withStep } from '../wide.ts';

const writer = 'pg_cron';
// Behind `fenced` the plan is refused.
const places = ['window', 'fence', 'fenced'] as const;

/** What may become of a command that switches the writers inside a database off, or on again. */
const ways = [
  'works',
  'works',
  'works slowly',
  'fails once',
  'fails once when it is done',
  'hangs once',
  'is killed once',
  'is killed once when it is done',
  'dies with its runner once',
  'outlives its runner once',
] as const;

/** The operator's commands against what writes inside a database: a step before the fence, one after the admission. */
export interface Hooks {
  plan(given: Variant): Variant;
  scenario(text: string): string;
  /** What becomes of a command that is one of them. */
  course(world: World, argv: readonly string[]): Course | undefined;
  faultsOfEnd(world: World, end: End): readonly string[];
}

export const doubtfulHook = 'a plan with a hook that is neither repeatable nor probed';

const writing = (text: string) => text.replace(/^ {4}workload:/m, `    inside: [${writer}]\n    workload:`);

export function hooksOf(choices: Choices, moved: Moved): Hooks {
  // A plan that promised a hook and had none was once taken: seeds keep what follows the draw.
  const there = !choices.chance(0.1);
  const place = choices.one(places);
  const kind = choices.one(['repeatable', 'probed', 'neither'] as const);
  const undone = choices.chance(0.8);
  const [off, on] = [choices.one(ways), choices.one(ways)];
  const slowMs = choices.one([20_000, 300_000]);
  const name = kind === 'neither' ? doubtfulHook : `a plan with a ${kind} hook`;
  const hooked = `${name} before ${place}${undone ? '' : ', that is not taken back'}`;
  const hooks = new Writers(moved, { off, on, slowMs, repeatable: kind === 'repeatable', probed: kind === 'probed' });
  let taken = false;
  return {
    plan: (given) => {
      if (!there) return given;
      const promised = (plan: PlanSource): PlanSource => ({
        ...plan,
        sets: [...plan.sets, 'steps.read.with.writers=hook'],
      });
      const more = [
        kind === 'repeatable' && 'repeatable: true',
        kind === 'probed' && `probe: [are-writers-off, ${moved.name}]`,
      ];
      const words = [`argv: [writers-off, ${moved.name}]`, ...more, undone && `undo: [writers-on, ${moved.name}]`];
      const step = `  - { id: writers-off, uses: control.exec, with: { ${words.filter(Boolean).join(', ')} } }\n`;
      const last = `  - { id: writers-on, uses: control.exec, with: { argv: [writers-on, ${moved.name}], repeatable: true } }\n`;
      const variant = changed(given, hooked, (plan) => {
        const before = withStep(promised(plan), place, step);
        return before && (withStep(before, 'soak', last) ?? withStep(before, 'delete', last));
      });
      taken = variant.names.includes(hooked);
      return variant;
    },
    // A plan without the hook says that nothing writes inside.
    scenario: (text) => (taken ? writing(text) : text),
    course: (world, argv) => hooks.course(world, argv),
    faultsOfEnd: (world, { end, hostile, deeds }) =>
      deeds.has(hooked) && end === 'done' && !hostile && !hooks.areOn(world)
        ? ['what writes inside the database was left switched off']
        : [],
  };
}

interface Behaviour {
  readonly off: (typeof ways)[number];
  readonly on: (typeof ways)[number];
  readonly slowMs: number;
  readonly repeatable: boolean;
  readonly probed: boolean;
}

class Writers {
  private readonly moved: Moved;
  private readonly how: Behaviour;
  private readonly tries = new Map<string, number>();
  /** The command that switches them off has taken effect, and nothing has taken it back. */
  private done = false;

  constructor(moved: Moved, how: Behaviour) {
    this.moved = moved;
    this.how = how;
  }

  areOn(world: World): boolean {
    return this.database(world)?.storage.inside.length === 1;
  }

  course(world: World, argv: readonly string[]): Course | undefined {
    const [program = ''] = argv;
    if (program === 'are-writers-off')
      return { takesMs: 1_000, act: () => (this.database(world)?.storage.inside.length === 0 ? 0 : 1) };
    if (program !== 'writers-off' && program !== 'writers-on') return undefined;
    const off = program === 'writers-off';
    const { repeatable, probed, slowMs } = this.how;
    if (off && !repeatable && !probed)
      world.auditor.judge('P4.again', !this.done, () => `${argv.join(' ')} was started again`);
    const act = () => this.switch(world, off);
    const first = !this.tries.has(program);
    this.tries.set(program, 1);
    const way = off ? this.how.off : this.how.on;
    if (way === 'works slowly') return { takesMs: slowMs, act };
    if (!first || way === 'works') return { takesMs: 3_000, act };
    return this.firstCourse(world, way, act);
  }

  private firstCourse(world: World, way: Behaviour['off'], act: () => number): Course {
    const { slowMs } = this.how;
    const acting = (then: () => void) => () => {
      const exit = act();
      then();
      return exit;
    };
    const dies = () => world.account.schedule(Date.now() + 2_000, () => world.kill());
    switch (way) {
      case 'fails once':
        return { takesMs: 3_000, act: () => 1 };
      case 'fails once when it is done':
        return { takesMs: 3_000, act: () => act() || 1 };
      case 'hangs once':
        return { takesMs: undefined, act };
      case 'is killed once':
        return { takesMs: 3_000, act, endedBy: 'SIGKILL' };
      case 'is killed once when it is done':
        world.account.schedule(Date.now() + 2_000, act);
        return { takesMs: 3_000, act, endedBy: 'SIGKILL' };
      case 'dies with its runner once':
        return { takesMs: 3_000, act: acting(() => world.kill()) };
      default:
        dies();
        setTimeout(() => world.account.world.settle(), 2_000);
        return { takesMs: slowMs, act };
    }
  }

  private switch(world: World, off: boolean): number {
    const database = this.database(world);
    if (!database?.up) return 2;
    const { resourceId } = database;
    if (off) world.account.act({ do: 'stop-inside-writers', database: resourceId });
    else world.account.act({ do: 'start-inside-writers', database: resourceId, writers: [writer] });
    this.done = off;
    return 0;
  }

  /** Who answers by the name now; of a cluster the member that writes. */
  private database(world: World) {
    const { databases, clusters } = world.account.world.rds;
    const all = this.moved.kind === 'database' ? [...databases.values()] : [...clusters.values()];
    const holder = all.find((one) => one.identifier === this.moved.name);
    if (!holder) return undefined;
    return databases.get(clusters.get(holder.resourceId)?.writer ?? holder.resourceId);
  }
}
