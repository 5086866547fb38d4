// What a run asks and puts on together, for all its plans: the trouble of one of them is nobody else's.
import { describe, expect, test } from 'vitest';
import { exitOf, told } from '../support/promises.ts';
import { inWorld, type Life, twoVolumes, volumePlan, type World } from '../support/world.ts';
import { beforeFirst, loose, minute, records, withSets, withText } from './lever.ts';

const neighbour = 'vol-00000000000000004';
const twoLoose = twoVolumes.replace(
  /^( {2}- \{ id: vol-00000000000000003, .*)$/m,
  (line) => `${line}\n${line.replace(loose, neighbour)}`,
);
const named = withText(withSets(volumePlan, `target.id=${neighbour}`), (text) =>
  text.replace(/^name: .*$/m, 'name: neighbour'),
);
const plans = [volumePlan, named];
const volumes = (world: World) => world.state().volumes.map((one) => one.id);
const announced = (life: Life) => records(life, 'announced').map((one) => ('text' in one ? one.text : ''));
const replacementOf = (world: World, original: string) =>
  world.state().volumes.find((one) => one.tags['rekey:original'] === original);

test('a replacement that has no room for one more tag keeps its own original, and that of no other plan', () =>
  inWorld(twoLoose, async (world) => {
    const first = await world.process([], { plans, wait: false });
    expect(exitOf(first), told(first)).toBe(3);
    const made = replacementOf(world, loose);
    const missing = 50 - Object.keys(made?.tags ?? {}).length;
    const tags = Object.fromEntries(Array.from({ length: missing }, (_, at) => [`team-${at}`, 'x']));
    world.account.act({ do: 'create-tags', resource: made?.id ?? '', tags });
    world.pass(70 * minute);
    const second = await world.process(first.disk, { plans });
    expect(volumes(world), told(second)).not.toContain(neighbour);
    expect(volumes(world)).toContain(loose);
    expect(told(second)).toContain(`nothing proves that ${made?.id} is there`);
  }));

describe('an answer that shows the past and was ten seconds on its way', () => {
  test('does not say that a replacement has left which was attached meanwhile: the box starts at once', () =>
    inWorld(twoVolumes, async (world) => {
      const { faults } = world.account;
      faults.add({ kind: 'stale', staleMs: 290_000, skip: Number.MAX_SAFE_INTEGER });
      world.pass(10 * minute);
      const at: Record<string, number> = {};
      world.watch(({ operation, at: now }) => {
        at[operation] ??= now;
      });
      const life = await world.process([], {
        wait: false,
        beforeCall: beforeFirst('ec2:AttachVolume', () => {
          for (const operation of ['DescribeVolumes', 'DescribeInstances']) {
            faults.add({ operation, kind: 'slow', delayMs: 10_000, times: 1 });
            faults.add({ operation, kind: 'stale', staleMs: 20_000, times: 1 });
          }
        }),
      });
      expect(exitOf(life), told(life)).toBe(3);
      expect(announced(life).filter((text) => text.includes('AWS has shown'))).toEqual([]);
      const downMs = (at['StartInstances'] ?? Number.NaN) - (at['StopInstances'] ?? Number.NaN);
      expect(downMs).toBeLessThan(4 * minute);
    }));
});
