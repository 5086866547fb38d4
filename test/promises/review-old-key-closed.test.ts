// The old key is closed for good while a run is on its way: what is under the new key is then the last copy that can be read.
import { describe, expect, test } from 'vitest';
import { exitOf, told } from '../support/promises.ts';
import { instancePlan, inWorld, twoVolumes, volumePlan, type World } from '../support/world.ts';
import { data, loose, minute, stoppedBox, withSets } from './lever.ts';

const rollback = { command: 'rollback', discardWrites: false } as const;
const anyKey = 'keys.from=null';
const madeOf = (world: World, original: string) =>
  world.state().volumes.find(({ tags }) => tags['rekey:original'] === original);

const closings = [
  ['to be deleted', { do: 'schedule-key-deletion', key: 'alias/old' }],
  ['disabled', { do: 'disable-key', key: 'alias/old' }],
] as const;

describe.each(
  closings,
)('the old key is %s when the replacements are made, and the run is rolled back', (_how, deed) => {
  test.each([
    ['an unattached volume, whatever key it is under', twoVolumes, withSets(volumePlan, anyKey), loose, 1],
    ['an instance that was found stopped, whatever keys it has', stoppedBox, withSets(instancePlan, anyKey), data, 2],
    ['an unattached volume (the old key is named)', twoVolumes, volumePlan, loose, 1],
  ] as const)('of %s: what can be read is kept', (_of, scenario, plan, original, times) =>
    inWorld(scenario, async (world) => {
      let done = 0;
      const first = await world.process([], {
        plans: [plan],
        diesOn: (record) => record.t === 'done' && record.key.step === 'create' && ++done === times,
      });
      expect(first.result, told(first)).toBe('died');
      // All blocks have come.
      world.pass(48 * 60 * minute);
      world.account.act(deed);
      world.pass(10 * minute);
      const second = await world.process(first.disk, { plans: [plan], command: rollback });
      expect(madeOf(world, original)?.readable, `exit ${exitOf(second)} ${told(second)}`).toBe(true);
    }));

  test('of an unattached volume, whose keys may be used through EC2 only (kms:ViaService): what can be read is kept', () =>
    inWorld(twoVolumes, async (world) => {
      world.account.faults.add({
        operation: 'GenerateDataKeyWithoutPlaintext',
        kind: 'error',
        code: 'AccessDeniedException',
        status: 400,
      });
      const plans = [withSets(volumePlan, 'steps.key.with.accept=[untried-key]')];
      const first = await world.process([], {
        plans,
        diesOn: (record) => record.t === 'done' && record.key.step === 'create',
      });
      expect(first.result, told(first)).toBe('died');
      // All blocks have come.
      world.pass(48 * 60 * minute);
      world.account.act(deed);
      world.pass(10 * minute);
      const second = await world.process(first.disk, { plans, command: rollback });
      expect(madeOf(world, loose)?.readable, `exit ${exitOf(second)} ${told(second)}`).toBe(true);
    }));
});
