import { describe, expect, test } from 'vitest';
import { Truth } from '../support/truth.ts';
import { inWorld, twoVolumes } from '../support/world.ts';
import { Choices } from '../sweep/choices.ts';
import { boxDown } from '../sweep/grammar.ts';
import { instanceGrammar } from '../sweep/grammars/ec2.ts';

const instance = 'i-0123456789abcdef0';
const loose = 'vol-00000000000000003';

describe('the judge', () => {
  test('holds it against a history that it ends done with the instance down, which nobody else has stopped', () =>
    inWorld(twoVolumes, async (world) => {
      await world.process();
      const scene = instanceGrammar.scene(new Choices(1));
      const end = { end: 'done', hostile: false, deeds: new Set<string>(), told: [] };
      expect(scene.faultsOfEnd(world, end)).not.toContain(boxDown);
      world.account.act({ do: 'stop-instance', instance });
      world.pass(600_000);
      expect(scene.faultsOfEnd(world, end)).toContain(boxDown);
      expect(scene.faultsOfEnd(world, { ...end, deeds: new Set(['stop-instance']) })).not.toContain(boxDown);
    }));

  test('counts a completed snapshot that can be read as a copy of what it was taken of', () => {
    const snapshot = `snapshots: [{ id: snap-00000000000000007, volume: ${loose} }]`;
    return inWorld(twoVolumes.replace('\nvolumes:\n', `\n${snapshot}\nvolumes:\n`), async (world) => {
      const truth = new Truth(world.account);
      expect([...truth.completeLines()]).toContain(loose);
      world.account.act({ do: 'delete-volume', volume: loose });
      world.pass(600_000);
      expect([...truth.completeLines()]).toContain(loose);
      world.account.act({ do: 'delete-snapshot', snapshot: 'snap-00000000000000007' });
      expect([...truth.completeLines()]).not.toContain(loose);
    });
  });
});
