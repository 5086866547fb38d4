import type { JournalRecord } from '../../../src/contract/record.ts';
import type { FaultRule } from '../../../src/simulator/faults.ts';
import type { World } from '../../support/world.ts';
import type { Choices } from '../choices.ts';
import { closedToEbs, neighbours, wideOfEc2 } from '../deeds/ec2.ts';
import { besides, madeByPeople, peopleOfEc2, spare } from '../deeds/people.ts';
import { boxDown, type Deed, type End, type Grammar, type Scene } from '../grammar.ts';
import { refusedPlan } from '../variants/plans.ts';
import { variedOfEc2 } from '../variants/varied.ts';
import { codesOfEc2, earlyCodes, operationsOfEc2 } from './early-codes.ts';

const instance = 'i-0123456789abcdef0';
const originals = ['vol-00000000000000001', 'vol-00000000000000002', 'vol-00000000000000004'];

// Frozen: what a named seed means hangs on the order of these lists.
const reading = [
  'DescribeVolumes',
  'DescribeInstances',
  'DescribeSnapshots',
  'DescribeInstanceStatus',
  'DescribeVolumeAttribute',
  'DescribeKey',
];
const codes: readonly (readonly [string, number])[] = [
  ['RequestLimitExceeded', 503],
  ['InternalError', 500],
  ['Unavailable', 503],
  ['UnauthorizedOperation', 403],
  ['ExpiredToken', 400],
  ['IncorrectState', 400],
  ['ResourceLimitExceeded', 400],
  ['InsufficientInstanceCapacity', 500],
  ['SnapshotCreationPerVolumeRateExceeded', 400],
  ['InvalidParameterValue', 400],
  ['CustomerKeyHasBeenRevoked', 400],
];

function scenarioOf(choices: Choices): { text: string; running: boolean } {
  const running = !choices.chance(0.15);
  const third = choices.chance(0.4)
    ? `\n      - { device: /dev/sdg, id: vol-00000000000000004, size: 12, type: gp2, key: alias/old }`
    : '';
  const text = `
keys: [{ alias: alias/old }, { alias: alias/new }]
limits: { throttling: ${choices.chance(0.2)} }
visibilityDelayMs: ${choices.one([0, 0, 2_000, 20_000, 90_000])}
viewLagMs: ${choices.one([0, 0, 3_000, 30_000])}
instances:
  - id: ${instance}
    type: m5.large
    state: ${running ? 'running' : 'stopped'}
    workload: { everySeconds: ${choices.one([3, 7, 31])} }
    volumes:
      - { device: /dev/xvda, id: vol-00000000000000001, size: 8, type: gp3, key: alias/old, deleteOnTermination: true, tags: { role: root } }
      - { device: /dev/sdf, id: vol-00000000000000002, size: 50, type: gp3, iops: 4000, throughput: 200, key: alias/old, autoEnableIO: true }${third}
volumes:
  - { id: vol-00000000000000003, size: 20, type: gp2, key: alias/old, data: kept }
`;
  return { text, running };
}

function faultOf(choices: Choices): FaultRule {
  const operation = choices.chance(0.75) ? choices.one(operationsOfEc2) : choices.one(reading);
  const aim = {
    operation,
    times: 1 + choices.below(3),
    skip: choices.below(operation.startsWith('Describe') ? 30 : 4),
  };
  const when = choices.one(['before', 'after'] as const);
  const kind = choices.below(10);
  if (kind < 6) {
    const [code, status] = choices.one(codes);
    return { ...aim, kind: 'error', when: status >= 500 ? when : 'before', code, status };
  }
  if (kind < 8) return { ...aim, kind: 'reset', when };
  return kind < 9
    ? { ...aim, kind: 'silence', when }
    : { ...aim, kind: 'slow', delayMs: 1_000 * (1 + choices.below(90)) };
}

function deedOf(choices: Choices): Deed {
  const volume = choices.one(originals.slice(0, 2));
  const device = volume === originals[0] ? '/dev/xvda' : '/dev/sdf';
  const made = (world: World) => world.state().volumes.find((one) => one.tags['rekey:original'] === volume)?.id;
  const snapshot = (world: World) => world.state().snapshots[0]?.id;
  const deeds: readonly Deed[] = [
    { name: 'start-instance', hostile: false, act: (world) => world.account.act({ do: 'start-instance', instance }) },
    { name: 'start-instance', hostile: false, act: (world) => world.account.act({ do: 'start-instance', instance }) },
    { name: 'stop-instance', hostile: false, act: (world) => world.account.act({ do: 'stop-instance', instance }) },
    { name: 'disable-key', hostile: false, act: (world) => world.account.act({ do: 'disable-key', key: 'alias/new' }) },
    {
      name: 'create-tags',
      hostile: false,
      act: (world) => world.account.act({ do: 'create-tags', resource: volume, tags: { owner: 'somebody' } }),
    },
    { name: 'detach-volume', hostile: true, act: (world) => world.account.act({ do: 'detach-volume', volume }) },
    {
      name: 'attach-volume',
      hostile: true,
      act: (world) => world.account.act({ do: 'attach-volume', volume, instance, device }),
    },
    {
      name: 'delete-volume of a replacement',
      hostile: true,
      act: (world) => world.account.act({ do: 'delete-volume', volume: made(world) ?? 'vol-00000000000000009' }),
    },
    {
      name: 'delete-snapshot',
      hostile: true,
      act: (world) =>
        world.account.act({ do: 'delete-snapshot', snapshot: snapshot(world) ?? 'snap-00000000000000009' }),
    },
    {
      name: 'fail-snapshot',
      hostile: false,
      act: (world) => world.account.act({ do: 'fail-snapshot', snapshot: snapshot(world) ?? 'snap-00000000000000009' }),
    },
    {
      name: 'foreign claim',
      hostile: false,
      act: (world) =>
        world.account.act({
          do: 'create-tags',
          resource: instance,
          tags: { 'rekey:claim:20251231T000000Z-zzzzzz': 'other' },
        }),
    },
  ];
  return choices.one(deeds);
}

/** What came to be possible after the first seeds were named. */
function moreFaultsOf(choices: Choices, seed: number, early: boolean): FaultRule[] {
  const awhile = { afterMs: choices.below(3_000_000), forMs: 1 + choices.below(1_800_000) };
  const rules: FaultRule[] = [];
  const share = choices.one([0.05, 0.3, 0.8]);
  if (choices.chance(0.25)) {
    rules.push({ kind: 'seeded', seed, rate: choices.one([0.002, 0.01, 0.03]), ...(choices.chance(0.5) && awhile) });
  }
  if (choices.chance(0.15)) rules.push({ kind: 'throttle', share, ...awhile });
  // With what new ids take to show (90 s at most) within the five minutes that AWS names (facts §1.6).
  if (choices.chance(0.2)) {
    rules.push({ kind: 'stale', staleMs: choices.one([5_000, 30_000, 120_000, 200_000]), share, ...awhile });
  }
  if (choices.chance(0.15)) {
    const operation = choices.one(['CreateVolume', 'CreateSnapshot', 'AttachVolume', 'StartInstances'] as const);
    rules.push({ kind: 'fail', operation, times: 1, skip: choices.below(3) });
  }
  if (choices.chance(0.25)) {
    const { code, status, message, on } = choices.one(early ? earlyCodes : codesOfEc2);
    const operation = choices.one(on);
    const said = message === undefined ? {} : { message };
    rules.push({
      kind: 'error',
      operation,
      times: 1 + choices.below(2),
      skip: choices.below(3),
      code,
      status,
      ...said,
    });
  }
  return rules;
}

function moreDeedOf(choices: Choices): Deed {
  const volume = choices.one(originals.slice(0, 2));
  const made = (world: World) => world.state().volumes.find((one) => one.tags['rekey:original'] === volume)?.id;
  const modified = { do: 'modify-volume', iops: 5_000 } as const;
  const key = choices.one(['alias/new', 'alias/new', 'alias/old']);
  const deeds: readonly Deed[] = [
    { name: 'modify-volume', hostile: true, act: (world) => world.account.act({ ...modified, volume }) },
    {
      name: 'modify-volume of a replacement',
      hostile: true,
      act: (world) => world.account.act({ ...modified, volume: made(world) ?? 'vol-00000000000000009' }),
    },
    {
      name: 'put-key-policy',
      hostile: false,
      act: (world) => world.account.act({ do: 'put-key-policy', key, policy: 'deny' }),
    },
    { name: 'disable-key', hostile: false, act: (world) => world.account.act({ do: 'disable-key', key }) },
    {
      name: 'schedule-key-deletion',
      hostile: false,
      act: (world) => world.account.act({ do: 'schedule-key-deletion', key }),
    },
    { name: 'expire-credentials', hostile: false, act: (world) => world.account.act({ do: 'expire-credentials' }) },
    {
      name: 'fail-volume of a replacement',
      hostile: false,
      act: (world) => world.account.act({ do: 'fail-volume', volume: made(world) ?? 'vol-00000000000000009' }),
    },
  ];
  return choices.one(deeds);
}

const placesOfOriginals = [
  ['/dev/xvda', 'vol-00000000000000001'],
  ['/dev/sdf', 'vol-00000000000000002'],
  ['/dev/sdg', 'vol-00000000000000004'],
] as const;

/** What an operator does who reads why it stopped: credentials renewed, keys usable, foreign claims gone, the box as the run left it started again. */
function mend(world: World, ran: boolean, disk: readonly JournalRecord[]): void {
  world.attempt(() => world.account.act({ do: 'renew-credentials' }));
  for (const key of ['alias/new', 'alias/old', 'alias/other']) {
    world.attempt(() => world.account.act({ do: 'cancel-key-deletion', key }));
    world.attempt(() => world.account.act({ do: 'enable-key', key }));
    world.attempt(() => world.account.act({ do: 'put-key-policy', key, policy: 'default' }));
  }
  if (JSON.stringify(disk.at(-1) ?? null).includes('put them back by hand'))
    for (const [device, volume] of placesOfOriginals)
      world.attempt(() => world.account.act({ do: 'attach-volume', volume, instance, device }));
  for (const { id, ioDisabled } of world.account.world.volumes.values())
    if (ioDisabled) world.attempt(() => world.account.act({ do: 'enable-volume-io', volume: id }));
  if ([...world.account.world.addresses.values()].some((one) => one.instanceId === undefined))
    world.attempt(() => world.account.act({ do: 'associate-address', instance }));
  const keys = ['rekey:claim:20251231T000000Z-zzzzzz'];
  world.attempt(() => world.account.act({ do: 'delete-tags', resource: instance, keys }));
  // Whether it ran is what the run found when it read it last: somebody may have started it before that.
  const started = disk.findLast((record) => record.t === 'done' && record.key.step === 'start');
  const state = started?.t === 'done' ? (started.output as { state?: string } | null)?.state : undefined;
  if (started && (ran || state === 'running'))
    world.attempt(() => world.account.act({ do: 'start-instance', instance }));
}

/** Ends in which rekey rightly waits for a person, because somebody else took the target apart. */
const handsOff = [
  'target-in-pieces',
  'mixed-start',
  'target-refused',
  'target-changed',
  'proof-failed',
  'verification-failed',
  'unwind-failed',
  'effect-failed',
];

function movedBy(plan: 'ec2-instance' | 'ebs-volume'): readonly string[] {
  return plan === 'ebs-volume' ? ['vol-00000000000000003'] : originals;
}

const movingOf = (plan: 'ec2-instance' | 'ebs-volume') => ({
  originals: movedBy(plan),
  attached: plan === 'ec2-instance',
});

/** What the variant of the plan leaves alone. */
function leftOut(deeds: ReadonlySet<string>): (id: string) => boolean {
  if (deeds.has('a plan with a volume left out')) return (id) => id === originals[1];
  return (id) => deeds.has('a plan with a volume alone') && id !== originals[1];
}

function faultsOfEnd(
  plan: 'ec2-instance' | 'ebs-volume',
  ran: boolean,
  world: World,
  { end, hostile, deeds, told }: End,
): string[] {
  // Started by somebody in the middle of the swap, on whatever it held then, it is for a person to judge.
  const started =
    (deeds.has('start-instance') || deeds.has('an owner starts what stops')) && end === 'verification-failed';
  // With nobody else at work it is in pieces by what the run itself has done.
  const waits = started || (deeds.size > 0 && ['target-in-pieces', 'mixed-start'].includes(end));
  // What was used elsewhere, or is gone, is for a person to judge, and so is what was attached again since it was snapshotted.
  const elsewhere = [...deeds].some((name) =>
    /elsewhere|terminates|deleted$|a cleaner|under an original fails|^attach-volume$/.test(name),
  );
  const person = elsewhere && ['replacement-stale', 'original-gone'].includes(end);
  const refused = end === 'target-refused' && deeds.has(refusedPlan);
  const calm = end === 'done' || refused || waits || (hostile && (person || handsOff.includes(end)));
  const faults: string[] = calm ? [] : [`it did not come to its end: ${end}`];
  if (end !== 'done' || hostile) return faults;
  const state = world.state();
  const serves = state.instances.every((one) => one.state === 'running' || one.state === 'pending');
  const stopped = [...deeds].some((name) => name === 'stop-instance' || /\b(stops|terminates)\b/.test(name));
  if (ran && !serves && !stopped) faults.push(boxDown);
  const left = leftOut(deeds);
  for (const id of movedBy(plan).filter((id) => !left(id)))
    if (state.volumes.some((volume) => volume.id === id)) faults.push(`${id} was left behind`);
  // A discard that AWS refused is told; what is left without a word is not.
  const ours = state.snapshots.filter(({ copyOf }) => copyOf === null);
  const kept = ['discard-snapshot', 'discard-warm-up'].some((step) => deeds.has(`a plan without ${step}`));
  const silent = (kept ? [] : ours.map((one) => one.id)).filter((id) => !told.some((text) => text.includes(id)));
  if (silent.length) faults.push(`snapshots were left behind without a word: ${silent.join(', ')}`);
  const claims = [...state.instances, ...state.volumes].flatMap((one) =>
    Object.keys(one.tags).filter((key) => key.startsWith('rekey:claim')),
  );
  if (claims.length) faults.push(`claims were left behind: ${claims.join(', ')}`);
  const lost = state.instances.flatMap((one) => one.workload?.ledger ?? []).filter((entry) => entry.lost);
  if (lost.length) faults.push(`writes were lost: ${JSON.stringify(lost)}`);
  const old = state.keys.find((key) => key.aliases.includes('alias/old'))?.arn;
  const theirs = [...neighbours, spare, besides, ...madeByPeople(world)];
  if (plan === 'ec2-instance') {
    const still = state.volumes.filter(
      ({ attachments, key, id }) => attachments.length > 0 && key === old && !left(id) && !theirs.includes(id),
    );
    if (still.length) faults.push(`still under the old key: ${still.map((one) => one.id).join(', ')}`);
    const mine = ({ id, volume }: { id?: string; volume?: string }) => !theirs.includes(id ?? volume ?? '');
    const count = state.instances[0]?.devices.filter(mine).length ?? 0;
    // One that is kept, as it may be the last copy, is told by name.
    const isKept = (id: string) => told.some((text) => text.includes(`kept: ${id}`));
    const wanted = state.volumes.filter((one) => mine(one) && !isKept(one.id)).length - 1;
    if (count !== wanted) faults.push(`${wanted - count} volumes were made and left behind`);
  }
  return faults;
}

const reach = { calls: 220, records: 90, soonMs: 900_000, lateMs: 5_000_000, interruptMs: 600_000 };

function grammarOf(plan: 'ec2-instance' | 'ebs-volume'): Grammar {
  return {
    scene(choices): Scene {
      const { text, running } = scenarioOf(choices);
      return {
        scenario: text,
        mend: (world, disk) => mend(world, running, disk),
        faultsOfEnd: (world, end) => faultsOfEnd(plan, running, world, end),
      };
    },
    fault: faultOf,
    deed: deedOf,
    moreFaults: moreFaultsOf,
    moreDeed: moreDeedOf,
    wide: (choices) => wideOfEc2(choices, movingOf(plan), reach),
    closed: closedToEbs,
    varied: (choices) => variedOfEc2(choices, plan),
    people: (choices) => peopleOfEc2(choices, movingOf(plan), reach.lateMs),
    share: plan === 'ec2-instance' ? 4 : 3,
    reach,
  };
}

/** Histories of an instance with two or three volumes. */
export const instanceGrammar = grammarOf('ec2-instance');

/** Histories of an unattached volume, beside an instance that has nothing to do with it. */
export const volumeGrammar = grammarOf('ebs-volume');
