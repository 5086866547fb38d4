import { describe, expect, test } from 'vitest';
import type { PlanSource } from '../../src/contract/plan.ts';
import type { Invariant } from '../support/invariants.ts';
import { databasePlan, oneDatabase } from '../support/rds.ts';
import { clusterPlan, oneCluster, originalCluster } from '../support/rds-cluster.ts';
import { inWorld, type ProcessOptions, twoVolumes, volumePlan, type World } from '../support/world.ts';

const loose = 'vol-00000000000000003';
const target = 'i-0123456789abcdef0';
/** With a volume at the target that is under another key than the plan's. */
const withAnother = twoVolumes
  .replace('{ alias: alias/new }]', '{ alias: alias/new }, { alias: alias/other }]')
  .replace(
    '\nvolumes:\n',
    '\n      - { device: /dev/sdi, id: vol-00000000000000008, size: 6, type: gp3, key: alias/other }\nvolumes:\n',
  );
const monitoring = 'sg-0bbbbbbbbbbbbbbb2';
/** With a second group that a database may be given. */
const withMonitoring = oneDatabase.replace(
  'securityGroups:\n',
  `securityGroups:\n  - { id: ${monitoring}, inbound: [10.0.0.0/8:5432], outbound: [] }\n`,
);
const denied = { times: 1, kind: 'error', code: 'UnauthorizedOperation', status: 403 } as const;

/** What the judge has found of these kinds, expected or not: what is known to fail elsewhere must not fail here. */
function found(world: World, ...kinds: Invariant[]): string[] {
  return world.auditor.found.filter(({ kind }) => kinds.some((one) => one === kind)).map(({ told }) => told);
}

function judged(world: World, ...kinds: Invariant[]): void {
  expect(found(world, ...kinds)).toEqual([]);
  for (const kind of kinds) expect(world.auditor.evaluations.get(kind), kind).toBeGreaterThan(0);
}

describe('the judge sees to it that', () => {
  test('an instance that ran runs when its run is over', () =>
    inWorld(twoVolumes, async (world) => {
      await world.process();
      judged(world, 'P3.over-and-down');
    }));

  test('a cut-over that AWS refuses leaves the target serving, with nothing else in its way', () =>
    inWorld(twoVolumes, async (world) => {
      world.auditor.promises.calm = true;
      world.account.faults.add({ operation: 'StartInstances', ...denied });
      await world.process();
      expect(found(world, 'P3.left-down', 'P3.untold')).toEqual([]);
    }));

  test('status says that others have opened the fence, of a process that died while it waited for them to close it', () =>
    inWorld(oneDatabase, async (world) => {
      const plans = [databasePlan()];
      const first = await world.process([], { plans, diesAfter: (operation) => operation === 'rds:RebootDBInstance' });
      world.account.act({ do: 'open-group', group: 'sg-0fe0ce00000000001', inbound: '10.0.0.0/8:5432' });
      world.pass(600_000);
      const began = Date.now();
      const waits = (operation: string) =>
        operation === 'ec2:DescribeSecurityGroups' && Date.now() > began + 6 * 60_000;
      expect((await world.process(first.disk, { plans, diesAfter: waits })).result).toBe('died');
      expect(found(world, 'P5.status-down')).toEqual([]);
    }));

  test.each([
    ['is closed', false],
    ['is open where somebody has switched its Data API on, which no security group shows,', true],
  ])('what status says of a cluster whose process died before it let clients in is so: it %s', (_what, on) =>
    inWorld(oneCluster, async (world) => {
      const { disk, result } = await world.process([], {
        plans: [clusterPlan()],
        beforeCall: (operation) => {
          const made = world.state().clusters.find(({ resourceId }) => resourceId !== originalCluster);
          if (on && made && !made.settings.HttpEndpointEnabled && operation === 'rds:ModifyDBInstance')
            world.account.act({ do: 'enable-data-api', cluster: made.resourceId });
        },
        diesOn: (record) =>
          record.t === 'done' &&
          world
            .state()
            .clusters.some(({ resourceId, identifier }) => resourceId !== originalCluster && identifier === 'shop'),
      });
      expect([result, disk.length > 0]).toEqual(['died', true]);
      judged(world, 'P5.status-now');
    }));

  test('a process looks before it ends, unless it is told to end: then one of its items may have failed all the same', () =>
    inWorld(twoVolumes, async (world) => {
      const held = await world.process([], { wait: false });
      world.account.act({
        do: 'attach-volume',
        volume: 'vol-00000000000000001',
        instance: target,
        device: '/dev/sdz',
      });
      world.pass(7_200_000);
      const seen = await world.process(held.disk, {
        diesOn: (record) => record.t === 'intent' && record.key.step === 'delete',
      });
      world.pass(1_200_000);
      const told = await world.process(seen.disk, { interruptAfterMs: 60_000 });
      expect(told.result !== 'died' && told.result.plans[0]?.error?.code).toBe('replacement-stale');
      expect(found(world, 'P5.not-looked')).toEqual([]);
      const ended = await world.process(told.disk);
      expect(ended.result !== 'died' && ended.result.plans[0]?.error?.code).toBe('replacement-stale');
      judged(world, 'P5.not-looked');
    }));

  test('the only snapshot that is left of a volume is not deleted', () =>
    inWorld(twoVolumes, async (world) => {
      world.account.faults.add({ operation: 'CreateVolume', ...denied });
      const stopped = await world.process([], { plans: [volumePlan] });
      world.account.act({ do: 'delete-volume', volume: loose });
      world.pass(600_000);
      await world.process(stopped.disk, {
        plans: [volumePlan],
        command: { command: 'rollback', discardWrites: false },
      });
      expect(found(world, 'P1.last-copy')).toEqual([]);
    }));

  test("somebody else's copy of a snapshot of ours is not deleted, though our tags were copied with it", () =>
    inWorld(twoVolumes, async (world) => {
      // Of a send that may never have gone out duplicates are looked for at the end.
      const died = await world.process([], { diesOn: (record) => record.t === 'intent' && /snap/.test(record.uses) });
      const { disk } = await world.process(died.disk, { wait: false });
      const ours = world.state().snapshots.filter((one) => one.tags['rekey:run'] !== undefined);
      expect(ours.length).toBeGreaterThan(0);
      for (const { id } of ours) world.account.act({ do: 'copy-snapshot', snapshot: id, key: 'alias/new' });
      world.pass(7_200_000);
      const { result } = await world.process(disk);
      expect(result !== 'died' && result.status).toBe('done');
      judged(world, 'P2.not-ours');
    }));

  test('an original is there for as long as it was said to be held', () =>
    inWorld(twoVolumes, async (world) => {
      const { disk } = await world.process([], { wait: false });
      world.pass(1_800_000);
      const again = await world.process(disk, { wait: false });
      world.pass(1_800_000);
      await world.process(again.disk);
      judged(world, 'P2.held');
    }));

  test('nothing is changed but the target, what belongs to it, and what the run has made', () =>
    inWorld(twoVolumes, async (world) => {
      await world.process();
      judged(world, 'P4.others');
    }));

  test('what hangs on the target and is under another key is left alone', () =>
    inWorld(withAnother, async (world) => {
      await world.process();
      judged(world, 'P4.others');
    }));

  test('nothing is named as made by the run that no call of it has made', () =>
    inWorld(twoVolumes, async (world) => {
      const diesAfter = (operation: string) => operation === 'ec2:CreateVolume';
      const { disk } = await world.process([], { diesAfter });
      await world.process(disk, { wait: false });
      judged(world, 'P5.not-made');
    }));

  test('a database that is shut off is said to be closed', () =>
    inWorld(oneDatabase, async (world) => {
      const diesOn: ProcessOptions['diesOn'] = (record) => record.t === 'done' && record.key.step === 'verify';
      await world.process([], { plans: [databasePlan()], diesOn });
      judged(world, 'P5.status-now');
    }));

  test('a create that was sent and not answered is named by its step in what status says', () =>
    inWorld(twoVolumes, async (world) => {
      await world.process([], { diesAfter: (operation: string) => operation === 'ec2:CreateSnapshot' });
      judged(world, 'P5.status-unnamed');
    }));

  test('an instance to which somebody attaches one more volume runs when its run is over', () =>
    inWorld(twoVolumes, async (world) => {
      let attached = false;
      const beforeCall = (operation: string) => {
        if (operation !== 'ec2:CreateSnapshot' || attached) return;
        attached = true;
        world.account.act({ do: 'attach-volume', volume: loose, instance: target, device: '/dev/sdj' });
      };
      await world.process([], { beforeCall });
      expect(attached).toBe(true);
      judged(world, 'P3.over-and-down');
    }));

  test('what is said of the target at the end is so', () =>
    inWorld(twoVolumes, async (world) => {
      await world.process();
      judged(world, 'P5.now-runs', 'P5.now-holds', 'P5.not-looked');
    }));

  test('nothing is said to be deleted that is there', () =>
    inWorld(twoVolumes, async (world) => {
      world.account.faults.add({ operation: 'DeleteVolume', ...denied });
      const { result } = await world.process([], { plans: [volumePlan] });
      expect(result !== 'died' && result.status).toBe('failed');
      judged(world, 'P5.there');
    }));

  test('a target that is down is told as down since it was', () =>
    inWorld(twoVolumes, async (world) => {
      const diesAfter = (operation: string) => operation === 'ec2:CreateVolume';
      await world.process([], { diesAfter });
      judged(world, 'P3.told-late', 'P3.told-early', 'P3.untold');
    }));

  test('a database that others have restarted serves when its run is over, from when it is available again', () =>
    inWorld(oneDatabase, async (world) => {
      world.auditor.promises.calm = true;
      const plans = [databasePlan()];
      const died = await world.process([], { plans, diesAfter: (operation) => operation === 'rds:CreateDBSnapshot' });
      world.pass(600_000);
      world.account.act({ do: 'reboot-database', database: 'orders' });
      world.pass(600_000);
      world.account.faults.add({ operation: 'RestoreDBInstanceFromDBSnapshot', ...denied });
      const { result } = await world.process(died.disk, { plans });
      expect(result !== 'died' && result.status).toBe('failed');
      judged(world, 'P3.over-and-down');
    }));
});

describe("of the operator's commands the judge sees to it that", () => {
  const hooked = (more: string): PlanSource => ({
    ...volumePlan,
    text: volumePlan.text.replace(
      'steps:\n',
      `steps:\n  - { id: hook, uses: control.exec, with: { argv: [writers-off], ${more} } }\n`,
    ),
  });

  test('one that hangs is ended before it is started again', () => {
    let starts = 0;
    const programs = () => () => ({ takesMs: ++starts === 1 ? undefined : 1_000, act: () => 0 });
    return inWorld(
      twoVolumes,
      async (world) => {
        const options = { plans: [hooked('repeatable: true, timeoutMs: 60000')] };
        const { disk, result } = await world.process([], options);
        expect(result !== 'died' && result.status).toBe('failed');
        await world.process(disk, options);
        expect(starts).toBe(2);
        judged(world, 'P4.beside');
      },
      1,
      { programs },
    );
  });

  test('one that may not be repeated is not started again once it has taken effect', () => {
    let effects = 0;
    const programs = (world: World) => () => {
      world.auditor.judge('P4.again', effects === 0, () => 'writers-off was started again');
      const act = () => {
        effects++;
        world.kill();
        return 0;
      };
      return { takesMs: 1_000, act };
    };
    return inWorld(
      twoVolumes,
      async (world) => {
        const options = { plans: [hooked('timeoutMs: 60000')] };
        const { disk, result } = await world.process([], options);
        expect(result).toBe('died');
        world.pass(600_000);
        await world.process(disk, options);
        expect(effects).toBe(1);
        judged(world, 'P4.again');
      },
      1,
      { programs },
    );
  });
});

describe('of two runs on one target the judge sees to it that', () => {
  const second: ProcessOptions = { run: '20260104T000100Z-bbbbbb' };
  const stopped: ProcessOptions = { diesAfter: (operation) => operation === 'ec2:StopInstances' };

  test('one changes it at a time', () =>
    inWorld(twoVolumes, async (world) => {
      const { disk } = await world.process([], stopped);
      world.pass(600_000);
      await world.process([], second);
      await world.process(disk);
      judged(world, 'I6', 'P3.over-and-down');
    }));

  test('that one tells the down time that took it down, and not the one that was refused', () =>
    inWorld(twoVolumes, async (world) => {
      await world.process([], stopped);
      world.pass(600_000);
      const told = world.auditor.evaluations.get('P3.untold') ?? 0;
      expect(told).toBeGreaterThan(0);
      await world.process([], second);
      expect(world.auditor.evaluations.get('P3.untold')).toBe(told);
      expect(found(world, 'P3.untold', 'P3.over-and-down')).toEqual([]);
    }));

  test("what one has done counts as somebody else's doing for the other", () =>
    inWorld(twoVolumes, async (world) => {
      const { disk } = await world.process([], stopped);
      world.pass(600_000);
      const taken = { ...second, replaceClaim: '20260104T000000Z-aaaaaa' };
      const { result } = await world.process([], taken);
      expect(result !== 'died' && result.status).toBe('done');
      world.pass(600_000);
      await world.process(disk, { command: { command: 'rollback', discardWrites: false } });
      expect(world.auditor.violations).toEqual([]);
    }));
});

describe('the judge sees to it that a database serves with', () => {
  const options: ProcessOptions = { plans: [databasePlan()] };
  const moved = (kind: Invariant, before: (world: World) => void = () => {}) =>
    inWorld(withMonitoring, async (world) => {
      before(world);
      world.pass(600_000);
      const { result } = await world.process([], options);
      expect(result !== 'died' && result.status).toBe('done');
      judged(world, kind);
    });

  test('the security groups that its original had', () =>
    moved('P6.groups', (world) =>
      world.account.act({ do: 'add-database-to-group', database: 'orders', group: monitoring }),
    ));
  test('the deletion protection that its original had', () => moved('P6.protection'));
  test('the tags that its original had', () => moved('P6.tags'));
  test('the roles that its original had', () => moved('P6.roles'));
  test('the parameter group that its original had', () => moved('P6.parameter-group'));

  test.each([
    'P6.roles',
    'P6.parameter-group',
    'P6.tags',
    'P6.protection',
  ] as const)('what its original had, and calls it %s when AWS loses it unseen', (kind) =>
    inWorld(oneDatabase, async (world) => {
      const lose = () => {
        for (const one of world.account.world.rds.databases.values()) {
          if (one.identifier !== 'orders') continue;
          one.roles = [];
          one.tags.change(Number.NEGATIVE_INFINITY, (tags) => void tags.delete('team'));
          one.settings = { ...one.settings, ParameterGroup: 'default.postgres16', DeletionProtection: false };
        }
      };
      const beforeCall = (operation: string) => {
        if (operation === 'rds:DeleteDBInstance') lose();
      };
      await world.process([], { ...options, beforeCall });
      expect(found(world, kind)).not.toEqual([]);
      world.auditor.found.splice(0);
    }));
});
