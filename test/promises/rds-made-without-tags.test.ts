// An answer that was never heard leaves the name and the tags of what was made. Tags may be gone by then.
import { describe, expect, it } from 'vitest';
import { exitOf, told } from '../support/promises.ts';
import { databasePlan, expectNoWriteLost, expectOriginalDatabaseServing, oneDatabase } from '../support/rds.ts';
import {
  clusterPlan,
  expectNoClusterWriteLost,
  expectOriginalClusterServing,
  oneCluster,
} from '../support/rds-cluster.ts';
import { inWorld, type World } from '../support/world.ts';

const strippedOf = {
  'an instance': (world: World, { id, keys }: { id: string; keys: string[] }) =>
    world.account.act({ do: 'untag-database', database: id, keys }),
  'a cluster': (world: World, { id, keys }: { id: string; keys: string[] }) =>
    world.account.act({ do: 'untag-cluster', cluster: id, keys }),
};

/** What is born under a name of ours, whatever its tags say. */
function born(world: World) {
  const { databases, clusters } = world.account.world.rds;
  return [...databases.values(), ...clusters.values()].find(({ identifier }) => identifier.startsWith('rekey-'));
}

/** The answer to the restore is lost, and then somebody takes all tags off what it has made: at once, or `also` gives it others. */
function stripped(
  world: World,
  operation: string,
  strip: (typeof strippedOf)['a cluster'],
  also: boolean,
): () => string {
  let id = '';
  world.account.faults.add({ operation, times: 1, kind: 'reset', when: 'after' });
  world.watch(() => {
    const made = id === '' ? born(world) : undefined;
    if (!made) return;
    id = made.resourceId;
    strip(world, { id, keys: [...made.tags.now.keys()].slice(also ? 1 : 0) });
  });
  return () => id;
}

describe.each([
  [
    'an instance',
    'RestoreDBInstanceFromDBSnapshot',
    oneDatabase,
    databasePlan,
    expectOriginalDatabaseServing,
    expectNoWriteLost,
  ],
  [
    'a cluster',
    'RestoreDBClusterFromSnapshot',
    oneCluster,
    clusterPlan,
    expectOriginalClusterServing,
    expectNoClusterWriteLost,
  ],
] as const)('the restore of %s whose answer was never heard, and whose tags somebody has taken off', (what, operation, scenario, plan, serving, noWriteLost) => {
  it.each([
    ['all of them', false],
    ['all of ours', true],
  ])('is taken back within minutes, and what it has made is named in the report to the end: %s', (_which, also) =>
    inWorld(scenario, async (world) => {
      const id = stripped(world, operation, strippedOf[what], also);
      const plans = [plan('steps.check-sql.with.statements=[]')];
      const first = await world.process([], { plans });
      expect(exitOf(first), told(first)).toBe(1);
      world.pass(1_200_000);
      serving(world);
      const sent = first.disk.filter((record) => record.t === 'intent' && record.key.step === 'restore');
      const [began, ended] = [sent[0]?.at, sent.at(-1)?.at].map((at) => Date.parse(at ?? ''));
      expect((ended ?? 0) - (began ?? 0)).toBeLessThan(15 * 60_000);
      const second = await world.process(first.disk, { plans });
      expect(exitOf(second), told(second)).toBe(0);
      noWriteLost(world);
      const notes = second.disk.flatMap((record) => (record.t === 'announced' ? [record.text] : []));
      expect(notes).toContainEqual(expect.stringContaining(id()));
      expect(born(world)?.resourceId).toBe(id());
    }));
});
