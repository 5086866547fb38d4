import { describe, expect, test } from 'vitest';
import { exitOf, expectVolumeMoved, told } from '../support/promises.ts';
import { databasePlan, oneDatabase } from '../support/rds.ts';
import { instancePlan, inWorld, twoVolumes, volumePlan, type World } from '../support/world.ts';
import { data, records, withSets } from './lever.ts';

interface Tagged {
  readonly ResourceType?: string;
  readonly Tags?: readonly { readonly Key: string; readonly Value: string }[];
}

/** Of each create its operation, and the tags that it asked for. */
function createsOf(world: World): { operation: string; tags: Record<string, string> }[] {
  const creates: { operation: string; tags: Record<string, string> }[] = [];
  world.watch(({ operation, input }) => {
    if (!/^(Create(DB)?Snapshot|CopyDBSnapshot|CreateVolume|Restore)/.test(operation)) return;
    const asked = input as { TagSpecifications?: Tagged[]; Tags?: Tagged['Tags'] };
    const tags = asked.TagSpecifications?.flatMap(({ Tags = [] }) => Tags) ?? asked.Tags ?? [];
    creates.push({ operation, tags: Object.fromEntries(tags.map(({ Key, Value }) => [Key, Value])) });
  });
  return creates;
}

describe('tags that the plan wants', () => {
  test('are on each snapshot and replacement from its birth, before a carried one of the same key, and verified', () =>
    inWorld(twoVolumes, async (world) => {
      const creates = createsOf(world);
      const life = await world.process([], { plans: [withSets(instancePlan, 'tags={ team: shop, role: moved }')] });
      expect(exitOf(life), told(life)).toBe(0);
      expect(creates.map(({ operation }) => operation).sort()).toEqual(
        [...Array(6).fill('CreateSnapshot'), ...Array(2).fill('CreateVolume')].sort(),
      );
      for (const { tags } of creates) expect(tags).toMatchObject({ team: 'shop', role: 'moved' });
      const notes = records(life, 'announced').flatMap((one) => (one.t === 'announced' ? one.text : []));
      expect(notes.join('\n')).toContain(`${data} goes with a tag "role"`);
      expect(notes.join('\n')).not.toContain('nor the plan has');
    }));

  test('and that somebody takes off a replacement fail its verification', () =>
    inWorld(twoVolumes, async (world) => {
      const life = await world.process([], {
        plans: [withSets(instancePlan, 'tags={ team: shop }')],
        beforeCall: (operation) => {
          if (operation !== 'ec2:ModifyInstanceAttribute') return;
          for (const one of world.state().volumes.filter(({ tags }) => tags['rekey:original'] === data))
            world.account.act({ do: 'delete-tags', resource: one.id, keys: ['team'] });
        },
      });
      expect(exitOf(life), told(life)).toBe(4);
      expect(told(life)).toContain('lacks or differs in the tags "team"');
    }));

  test('are on what is made of an unattached volume', () =>
    inWorld(twoVolumes, async (world) => {
      const creates = createsOf(world);
      const life = await world.process([], { plans: [withSets(volumePlan, 'tags={ team: shop }')] });
      expect(exitOf(life), told(life)).toBe(0);
      expectVolumeMoved(world);
      expect(creates.map(({ tags }) => tags['team'])).toEqual(['shop', 'shop', 'shop']);
    }));

  test('are counted with those that a replacement carries', () =>
    inWorld(twoVolumes, async (world) => {
      const many = Object.fromEntries(Array.from({ length: 43 }, (_, at) => [`t${at}`, 'x']));
      world.account.act({ do: 'create-tags', resource: data, tags: many });
      const life = await world.process([], { plans: [withSets(instancePlan, 'tags={ team: shop }')] });
      expect(exitOf(life), told(life)).toBe(2);
      expect(told(life)).toContain(`${data} has 44 tags: its replacement needs room for 8 more`);
    }));

  test('are on what is made of a database, and no difference', () =>
    inWorld(oneDatabase, async (world) => {
      const creates = createsOf(world);
      const life = await world.process([], { plans: [withSets(databasePlan(), 'tags={ team: shop }')] });
      expect(exitOf(life), told(life)).toBe(0);
      expect(creates.length).toBeGreaterThan(2);
      for (const { tags } of creates) expect(tags['team']).toBe('shop');
    }));
});

describe('volumes that are not encrypted', () => {
  const open = twoVolumes.replaceAll(', key: alias/old', '');

  test('are moved under the key by the shipped plan with keys.from left out', () =>
    inWorld(open, async (world) => {
      const plans = [withSets(instancePlan, 'keys.from=null')];
      const life = await world.process([], { plans });
      expect(exitOf(life), told(life)).toBe(0);
      const key = world.state().keys.find(({ aliases }) => aliases.includes('alias/new'))?.arn;
      const attached = world.state().volumes.filter(({ attachments }) => attachments.length > 0);
      expect(attached.map((one) => one.key)).toEqual([key, key]);
    }));

  test('so is an unattached one', () =>
    inWorld(open, async (world) => {
      const life = await world.process([], { plans: [withSets(volumePlan, 'keys.from=null')] });
      expect(exitOf(life), told(life)).toBe(0);
      expectVolumeMoved(world);
    }));
});
