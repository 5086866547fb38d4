// Groups are put back as they were last, not as they were when the database was read.
import { describe, expect, it } from 'vitest';
import { exitOf, told } from '../support/promises.ts';
import { databaseNamed, databasePlan, oneDatabase, original } from '../support/rds.ts';
import { clusterNamed, clusterPlan, oneCluster, originalCluster } from '../support/rds-cluster.ts';
import { inWorld, type World } from '../support/world.ts';

type Deed = Parameters<World['account']['act']>[0];

const own = 'sg-0aaaaaaaaaaaaaaa1';
const theirs = 'sg-0aaaaaaaaaaaaaaa2';
const withGroup = (scenario: string) =>
  scenario.replace(
    'securityGroups:\n',
    `securityGroups:\n  - { id: ${theirs}, inbound: [10.7.0.0/16:5432], outbound: [] }\n`,
  );

const kinds = [
  [
    'an instance',
    oneDatabase,
    databasePlan(),
    'RestoreDBInstanceFromDBSnapshot',
    { do: 'add-database-to-group', database: original, group: theirs } as Deed,
    (world: World) => databaseNamed(world, 'orders'),
    original,
  ],
  [
    'a cluster',
    oneCluster,
    clusterPlan(),
    'RestoreDBClusterFromSnapshot',
    { do: 'add-cluster-to-group', cluster: originalCluster, group: theirs } as Deed,
    (world: World) => clusterNamed(world, 'shop'),
    originalCluster,
  ],
] as const;

describe('a security group that somebody puts on the original inside the cut-over', () => {
  it.each(kinds)('is on %s that serves again', (_what, scenario, plan, operation, deed, now, id) =>
    inWorld(withGroup(scenario), async (world) => {
      let done = 0;
      const life = await world.process([], {
        plans: [plan],
        beforeCall: (call) => {
          if (call === `rds:${operation}` && ++done === 1) world.account.act(deed);
        },
      });
      expect(done, 'nobody did anything').toBeGreaterThan(0);
      expect([4, 6], told(life)).toContain(exitOf(life));
      world.pass(20 * 60_000);
      expect(now(world)).toMatchObject({ resourceId: id, status: 'available', securityGroups: [own, theirs] });
    }));
});
