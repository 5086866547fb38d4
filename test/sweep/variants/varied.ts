import type { Programs } from '../../support/programs.ts';
import type { World } from '../../support/world.ts';
import type { Choices } from '../choices.ts';
import { deedsOfPasswords, type Moved } from '../deeds/databases.ts';
import type { End } from '../grammar.ts';
import { plannedOf, type Varied } from '../wide.ts';
import { type Hooks, hooksOf } from './hooks.ts';
import { overrideOf, probeOf, refusedPlan, set, windowOf } from './plans.ts';

function variedOf(choices: Choices, of: Parameters<typeof overrideOf>[1], hooks?: Hooks): Omit<Varied, 'deeds'> {
  const override = choices.chance(0.5) ? [overrideOf(choices, of)] : [];
  const window = choices.chance(0.2) ? windowOf(choices) : undefined;
  const probe = choices.chance(0.2) ? probeOf(choices) : undefined;
  const settings = [...override, window, probe].filter((one) => one !== undefined);
  return {
    plan: (given) => settings.reduce(set, hooks?.plan(given) ?? given),
    scenario: (text) => hooks?.scenario(text) ?? text,
    programs:
      (world: World): Programs =>
      (argv) => {
        const course = hooks?.course(world, argv) ?? probe?.course(world, argv);
        if (!course) throw new Error(`nobody knows the program ${argv.join(' ')}`);
        return course;
      },
    ...(window && { windowOpen: (now: number) => window.open(now) }),
    faultsOfEnd: (world, end) => [...(hooks?.faultsOfEnd(world, end) ?? []), ...faultsOfRefusal(end)],
  };
}

const faultsOfRefusal = ({ deeds, end }: End) =>
  deeds.has(refusedPlan) && end !== 'target-refused' ? [`a plan that is to be refused ended ${end}`] : [];

/** More variants of the plans of EC2 and EBS. */
export function variedOfEc2(choices: Choices, plan: 'ec2-instance' | 'ebs-volume'): Varied {
  return { ...variedOf(choices, plan), deeds: [] };
}

/** More variants of the plans of databases, with commands against what writes inside them, and managed passwords of clusters. */
export function variedOfDatabases(choices: Choices, moved: Moved, lateMs: number): Varied {
  const deeds = choices.chance(0.4) ? plannedOf(choices, deedsOfPasswords(choices, moved), lateMs) : [];
  const hooks = choices.chance(0.5) ? hooksOf(choices, moved) : undefined;
  return { ...variedOf(choices, moved.kind, hooks), deeds };
}
