import { describe, expect, it } from 'vitest';
import { exitOf, told } from '../support/promises.ts';
import { clusterFence, clusterPlan } from '../support/rds-cluster.ts';
import { isRead } from '../support/reads.ts';
import { inWorld } from '../support/world.ts';

const own = 'sg-0aaaaaaaaaaaaaaa1';
const names = (count: number) => Array.from({ length: count }, (_, at) => `store-${at + 1}`);

/** So many clusters of two members each, all under the old key. */
const clusters = (count: number) => `
keys: [{ alias: alias/old }, { alias: alias/new }]
limits: { databases: 200, clusters: 200 }
securityGroups:
  - { id: ${own}, inbound: [10.0.0.0/8:5432], outbound: [] }
  - { id: ${clusterFence}, inbound: [10.9.0.7/32:5432], outbound: [] }
clusters:
${names(count)
  .map(
    (id) =>
      `  - { id: ${id}, port: 5432, key: alias/old, securityGroups: [${own}], backupWindow: "20:00-20:30", members: [{ id: ${id}-a }, { id: ${id}-b }] }`,
  )
  .join('\n')}
`;

/** Reading calls for each of so many clusters, in one run to its end. */
function reads(count: number) {
  return inWorld(clusters(count), async (world) => {
    const plans = names(count).map((id) => clusterPlan(`name=${id}`, `target.id=${id}`));
    const life = await world.process([], { plans });
    expect(exitOf(life), told(life)).toBe(0);
    expect(
      world
        .state()
        .clusters.map((one) => one.identifier)
        .sort(),
    ).toEqual(names(count));
    const calls = [...life.calls].filter(([call]) => isRead(call));
    return calls.reduce((sum, [, times]) => sum + times, 0) / count;
  });
}

describe('a run on many Aurora clusters', () => {
  it('asks AWS no more of each of eight than of one alone', async () => {
    const alone = await reads(1);
    expect(await reads(8), `reading calls for each of 8; of one alone ${alone}`).toBeLessThanOrEqual(alone);
  }, 120_000);
});
