import { describe, expect, test } from 'vitest';
import { exitOf, told } from '../support/promises.ts';
import { inWorld, type Life, twoVolumes, volumePlan, type World } from '../support/world.ts';
import { data, loose, records } from './lever.ts';

const announced = (life: Life) => records(life, 'announced').map((one) => ('text' in one ? one.text : ''));

/** What becomes of a run when somebody does this right before the first such call, once there is a replacement where it is about one. */
function rightBefore(world: World, operation: string, deed: () => void, plans?: (typeof volumePlan)[]): Promise<Life> {
  let left = 1;
  const beforeCall = (name: string) => {
    const isMade = operation === 'CreateVolume' || replacementOf(world, loose) !== '';
    if (name === `ec2:${operation}` && isMade && left-- > 0) deed();
  };
  return world.process([], { beforeCall, ...(plans && { plans }) });
}

const replacementOf = (world: World, original: string) =>
  world.state().volumes.find(({ tags }) => tags['rekey:original'] === original)?.id ?? '';

describe('auto-enable-IO that somebody changes', () => {
  test('on an original in the cut-over is told before it goes', () =>
    inWorld(twoVolumes, async (world) => {
      const life = await rightBefore(world, 'CreateVolume', () =>
        world.account.act({ do: 'set-auto-enable-io', volume: data, on: false }),
      );
      expect(exitOf(life), told(life)).toBe(0);
      expect(announced(life).join('\n')).toMatch(`${data} goes with auto-enable-IO off, and vol-`);
    }));

  test('on a replacement before its original goes is told', () =>
    inWorld(twoVolumes, async (world) => {
      const life = await rightBefore(
        world,
        'DescribeVolumeStatus',
        () => world.account.act({ do: 'set-auto-enable-io', volume: replacementOf(world, loose), on: true }),
        [volumePlan],
      );
      expect(exitOf(life), told(life)).toBe(0);
      expect(announced(life).join('\n')).toMatch(
        new RegExp(`${loose} goes with auto-enable-IO off, and vol-\\w+ has it on`),
      );
    }));

  test('and that can not be read before an original goes holds nothing up, and is said', () =>
    inWorld(twoVolumes, async (world) => {
      const life = await rightBefore(
        world,
        'DescribeVolumeStatus',
        () =>
          world.account.faults.add({
            operation: 'DescribeVolumeAttribute',
            kind: 'error',
            code: 'UnauthorizedOperation',
            status: 403,
          }),
        [volumePlan],
      );
      expect(exitOf(life), told(life)).toBe(0);
      expect(announced(life).join('\n')).toContain('nothing says whether auto-enable-IO of');
    }));

  test('is not spoken of where it is the same', () =>
    inWorld(twoVolumes, async (world) => {
      expect(announced(await world.process()).join('\n')).not.toContain('auto-enable-IO');
    }));
});
