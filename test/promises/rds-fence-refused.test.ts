// Whoever is let in by the fence can write behind it, and go before anybody looks who is connected.
import { describe, expect, test } from 'vitest';
import { exitOf, told } from '../support/promises.ts';
import { databasePlan, fence, oneDatabase } from '../support/rds.ts';
import { clusterFence, clusterPlan, oneCluster } from '../support/rds-cluster.ts';
import { isRead } from '../support/reads.ts';
import { inWorld } from '../support/world.ts';

const kinds = [
  ['an instance', oneDatabase, databasePlan, fence],
  ['a cluster', oneCluster, clusterPlan, clusterFence],
] as const;
const runner = 'inbound: [10.9.0.7/32:5432]';
const letIn = (peers: readonly string[]) => `inbound: [${peers.map((peer) => `${peer}:5432`).join(', ')}]`;

describe.each(kinds)('a fence of %s', (_what, scenario, planOf, group) => {
  const run = (peers: readonly string[], sets: readonly string[] = [], own?: string) =>
    inWorld(
      (own === undefined ? scenario : scenario.replace('10.0.0.0/8:5432', own)).replace(runner, letIn(peers)),
      async (world) => {
        const inbound = `steps.read.with.fence.inbound=[${peers.join(', ')}]`;
        return world.process([], { plans: [planOf(inbound, ...sets)] });
      },
    );

  test.each([
    ['the very range that clients come from', ['10.0.0.0/8']],
    ['a part of it', ['10.9.0.0/16']],
    ['more than it', ['10.9.0.7/32', '0.0.0.0/0']],
  ])('that lets in %s is refused, whatever is accepted', async (_range, peers) => {
    const life = await run(peers, ['steps.read.with.accept=[fence-range]']);
    expect(exitOf(life), told(life)).toBe(2);
    expect(told(life)).toMatch(
      new RegExp(`${group} lets in \\S+, and clients of the database come from 10\\.0\\.0\\.0/8`),
    );
    expect(life.sent.filter((call) => !isRead(call))).toEqual([]);
  });

  test('that lets in a range from which no client comes is refused, unless that is accepted by name', async () => {
    const peers = ['192.168.4.0/24', '10.9.0.7/32'];
    const refused = await run(peers);
    expect(exitOf(refused), told(refused)).toBe(2);
    expect(told(refused)).toContain('accept: [fence-range]');
    const accepted = await run(peers, ['steps.read.with.accept=[fence-range]']);
    expect(exitOf(accepted), told(accepted)).toBe(0);
  });

  test('that lets in members of a group, or of a prefix list, is refused: they change without its rules', async () => {
    const life = await run(['10.9.0.7/32', 'sg-0aaaaaaaaaaaaaaa1']);
    expect(exitOf(life), told(life)).toBe(2);
    expect(told(life)).toContain('whose members change without a change of its rules');
  });

  test('that lets in single addresses of this runner is one, also where clients come from the same range', async () => {
    const life = await run(['10.9.0.7/32', '10.9.0.8/32']);
    expect(exitOf(life), told(life)).toBe(0);
  });
});
