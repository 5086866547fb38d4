// While an instance shuts down, AWS still shows its volumes in use; those with DeleteOnTermination go when it is terminated.
import { describe, expect, test } from 'vitest';
import { told } from '../support/promises.ts';
import { inWorld, twoVolumes, type World } from '../support/world.ts';
import { instance, minute, root } from './lever.ts';

/** What is left of the data of an original: it itself, what was made from it, or a snapshot of it. */
function copiesOf(world: World, original: string): string[] {
  const { volumes, snapshots } = world.state();
  const of = (one: { readonly tags: Readonly<Record<string, string>> }) => one.tags['rekey:original'] === original;
  return [
    ...volumes.filter((one) => one.id === original || of(one)).map(({ id }) => id),
    ...snapshots.filter(of).map(({ id }) => id),
  ];
}

describe('a colleague terminates the instance, and the operator rolls back while it shuts down', () => {
  test.each([
    ['StopInstances', 'before the cut-over'],
    ['CreateVolume', 'when the final snapshots are there'],
  ])('a run that died before %s (%s): a copy of the root is left', (operation) =>
    inWorld(twoVolumes, async (world) => {
      const first = await world.process([], {
        beforeCall: (name) => {
          if (name === `ec2:${operation}`) world.kill();
        },
      });
      expect(first.result).toBe('died');
      world.account.act({ do: 'terminate-instance', instance });
      const second = await world.process(first.disk, { command: { command: 'rollback', discardWrites: false } });
      world.pass(30 * minute);
      expect(
        copiesOf(world, root),
        `${told(second)}: ${second.sent.filter((one) => !one.startsWith('ec2:Desc')).join()}`,
      ).not.toEqual([]);
    }));

  test('a run that died when its warm-up was there, and DescribeInstances does not show yet that it shuts down: a copy of the root is left', () =>
    inWorld(twoVolumes, async (world) => {
      const staleMs = 4 * minute;
      world.account.faults.add({ kind: 'stale', staleMs, skip: Number.MAX_SAFE_INTEGER });
      let left = 2;
      const first = await world.process([], {
        diesOn: (record) => record.t === 'done' && record.key.step === 'warm-up' && --left === 0,
      });
      expect(first.result).toBe('died');
      world.pass(5 * minute);
      world.account.act({ do: 'terminate-instance', instance });
      world.account.faults.add({ operation: 'DescribeInstances', kind: 'stale', staleMs, forMs: staleMs });
      const second = await world.process(first.disk, { command: { command: 'rollback', discardWrites: false } });
      world.pass(30 * minute);
      expect(copiesOf(world, root), told(second)).not.toEqual([]);
    }));

  test('and nobody has to: a run that may not create volumes takes itself back, and its final snapshot with it', () =>
    inWorld(twoVolumes, async (world) => {
      world.account.faults.add({
        operation: 'CreateVolume',
        kind: 'error',
        code: 'UnauthorizedOperation',
        status: 403,
      });
      const finals: string[] = [];
      const life = await world.process([], {
        beforeCall: (name) => {
          if (name !== 'ec2:CreateVolume' || finals.length > 0) return;
          const ofRoot = world.state().snapshots.filter(({ tags }) => tags['rekey:original'] === root);
          finals.push(ofRoot.at(-1)?.id ?? '');
          world.account.act({ do: 'terminate-instance', instance });
        },
      });
      world.pass(30 * minute);
      expect(world.state().volumes.map(({ id }) => id)).not.toContain(root);
      expect(
        world.state().snapshots.map(({ id }) => id),
        told(life),
      ).toEqual(expect.arrayContaining(finals));
    }));
});
