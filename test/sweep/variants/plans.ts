import type { Course } from '../../support/programs.ts';
import type { World } from '../../support/world.ts';
import type { Choices } from '../choices.ts';
import { changed, type Variant } from '../wide.ts';

const minute = 60_000;

/** A change of a plan by what is set in it. */
export interface Setting {
  readonly name: string;
  readonly sets: readonly string[];
}

export function set(given: Variant, { name, sets }: Setting): Variant {
  return changed(given, name, (plan) => ({ ...plan, sets: [...plan.sets, ...sets] }));
}

/** A window that opens every hour, for so long, and in whose last quarter of an hour no cut-over begins. */
export function windowOf(choices: Choices): Setting & { open(now: number): boolean } {
  const minutes = choices.one([30, 45]);
  return {
    name: 'a plan with a window',
    sets: [`window={ cron: "0 * * * *", timezone: UTC, duration: ${minutes}m, cutoff: 15m }`],
    open: (now) => now % (60 * minute) <= (minutes - 15) * minute,
  };
}

export const failingProbe = 'a plan with a probe that fails once';

/** A command of the operator's that says whether the target serves: at once, not at first, or not before its time is over. */
export function probeOf(
  choices: Choices,
): Setting & { course(world: World, argv: readonly string[]): Course | undefined } {
  const how = choices.one(['succeeds', 'fails once', 'hangs once'] as const);
  let tried = 0;
  return {
    name: how === 'succeeds' ? 'a plan with a probe' : failingProbe,
    sets: ['steps.serve.with.probes=[[does-it-serve]]'],
    course: (_world, [program]) => {
      if (program !== 'does-it-serve') return undefined;
      const first = tried++ === 0;
      return {
        takesMs: first && how === 'hangs once' ? undefined : 2_000,
        act: () => (first && how !== 'succeeds' ? 1 : 0),
      };
    },
  };
}

const simplerType = 'override={ /dev/xvda: { type: gp2 } }';

/** Such a plan is refused for ever: it would take performance away that the original can count on, and does not say so. */
export const refusedPlan = 'a plan with a simpler type';

/** What a plan may ask for of the volumes of an instance. */
const ofVolumes: readonly Setting[] = [
  { name: 'other IOPS and throughput', sets: ['override={ /dev/sdf: { iops: 6000, throughput: 300 } }'] },
  { name: 'fewer IOPS', sets: ['override={ vol-00000000000000002: { iops: 3000, throughput: 125 } }'] },
  { name: 'another type', sets: ['override={ /dev/sdf: { type: io2, iops: 5000 } }'] },
  { name: 'a simpler type', sets: [simplerType] },
  { name: 'a larger volume', sets: ['override={ /dev/sdf: { sizeGiB: 80 } }'] },
  { name: 'a volume left out', sets: ['exclude=[/dev/sdf]'] },
  { name: 'a volume alone', sets: ['include=[vol-00000000000000002]'] },
];
const ofVolume: readonly Setting[] = [
  { name: 'another type', sets: ['override={ type: gp3, iops: 4000, throughput: 200 }'] },
  { name: 'a larger volume', sets: ['override={ sizeGiB: 40 }'] },
];
const simplerAccepted: Setting = {
  name: 'a simpler type, and less performance accepted',
  sets: [`steps.read.with.volumes.${simplerType}`, 'steps.read.with.accept=[lower-performance]'],
};
const accepting: Setting = {
  name: 'what cannot be read accepted',
  sets: ['steps.read.with.accept=[unreadable-attribute]'],
};
const ofDatabases = (parameters: string): readonly Setting[] => [
  ...['DeletionProtection', 'BackupRetentionPeriod', parameters].map((attribute) => ({
    name: `${attribute} that may differ`,
    sets: [`steps.compare.with.differences=[${attribute}]`],
  })),
  { name: 'maintenance accepted', sets: ['steps.read.with.accept=[pending-maintenance, not-carried]'] },
  accepting,
];
const within =
  (path: string) =>
  ({ name, sets }: Setting) => ({ name, sets: sets.map((one) => `${path}${one}`) });
const named = ({ name, sets }: Setting) => ({ name: `a plan with ${name}`, sets });

const overrides = {
  'ec2-instance': [...ofVolumes.map(within('steps.read.with.volumes.')), accepting, simplerAccepted],
  'ebs-volume': [...ofVolume.map(within('steps.read.with.')), accepting],
  database: ofDatabases('DBParameterGroups'),
  cluster: ofDatabases('DBClusterParameterGroup'),
} as const;

/** One of the values that such a plan admits besides those that ship. */
export function overrideOf(choices: Choices, of: keyof typeof overrides): Setting {
  return named(choices.one(overrides[of]));
}
