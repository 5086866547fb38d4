import type { EC2, Filter, Volume } from '@aws-sdk/client-ec2';
import { describe, expect, it } from 'vitest';
import { createSight } from '../../src/aws/sight.ts';
import { Sightings } from '../../src/aws/sightings.ts';
import { type Clock, clockOf } from '../../src/contract/clock.ts';

interface Asked {
  Filters: Filter[];
  MaxResults: number;
  NextToken?: string;
  VolumeIds?: string[];
}

/** An EC2 that holds these volumes and gives pages of `pageSize`. */
function ec2With(volumes: Volume[], pageSize = 1_000) {
  const asked: Asked[] = [];
  const describeVolumes = async (input: Asked) => {
    asked.push(input);
    const [filter] = input.Filters;
    const values = new Set(filter?.Values);
    const matched = (volume: Volume) =>
      filter?.Name === 'volume-id'
        ? volume.VolumeId
        : volume.Tags?.find(({ Key }) => `tag:${Key}` === filter?.Name)?.Value;
    const found = volumes.filter((volume) => values.has(matched(volume) ?? ''));
    const from = Number(input.NextToken ?? 0);
    const next = from + pageSize < found.length ? { NextToken: String(from + pageSize) } : {};
    return { Volumes: found.slice(from, from + pageSize), ...next };
  };
  return { asked, sight: createSight({ describeVolumes } as unknown as EC2, order) };
}
const volume = (at: number, tags: Record<string, string> = {}): Volume => ({
  VolumeId: `vol-${at}`,
  CreateTime: new Date(at),
  Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
});

const clock = clockOf();
const order = { clock, time: clock, signal: new AbortController().signal, sightings: new Sightings(clock) };

describe('sight', () => {
  it('ids asked for in one turn share one call, and one that is gone fails nobody', async () => {
    const { asked, sight } = ec2With([volume(1), volume(2)]);
    const seen = await Promise.all(['vol-1', 'vol-2', 'vol-3', 'vol-1'].map((id) => sight.volume(id)));
    expect(seen.map((one) => one?.VolumeId)).toEqual(['vol-1', 'vol-2', undefined, 'vol-1']);
    expect(asked).toHaveLength(1);
    expect(asked[0]?.Filters).toEqual([{ Name: 'volume-id', Values: ['vol-1', 'vol-2', 'vol-3'] }]);
  });

  it('a clock an hour ahead of AWS makes no volume gone that was made a moment ago and does not show yet', async () => {
    const there = { now: () => Date.now() };
    const ahead: Clock = { now: () => Date.now() + 3_600_000, sleepUntil: async () => {}, speed: 1 };
    const sightings = new Sightings(there);
    sightings.answered('CreateVolume', { VolumeId: 'vol-1', SnapshotId: 'snap-1' });
    let asked = 0;
    const describeVolumes = async () => ({ Volumes: ++asked < 3 ? [] : [volume(1)] });
    const machine = { clock: ahead, time: there, signal: new AbortController().signal, sightings };
    const sight = createSight({ describeVolumes } as unknown as EC2, machine);
    expect((await sight.volume('vol-1'))?.VolumeId).toBe('vol-1');
    expect(asked).toBe(3);
  });

  it('nothing is remembered: a second question is a second call', async () => {
    const { asked, sight } = ec2With([volume(1)]);
    await sight.volume('vol-1');
    await sight.volume('vol-1');
    expect(asked).toHaveLength(2);
  });

  it('no filter has more than 200 values, and all pages are read', async () => {
    const ids = Array.from({ length: 450 }, (_, at) => `vol-${at}`);
    const { asked, sight } = ec2With(
      ids.map((_id, at) => volume(at)),
      150,
    );
    const seen = await Promise.all(ids.map((id) => sight.volume(id)));
    expect(seen.every((one, at) => one?.VolumeId === `vol-${at}`)).toBe(true);
    expect(Math.max(...asked.map(({ Filters }) => Filters[0]?.Values?.length ?? 0))).toBe(200);
    expect(asked.every(({ VolumeIds }) => VolumeIds === undefined)).toBe(true);
    expect(asked).toHaveLength(5);
  });

  it("a thousand of a run's own come in one page by the run's tag", async () => {
    const ids = Array.from({ length: 1_000 }, (_, at) => `vol-${at}`);
    const { asked, sight } = ec2With(ids.map((_id, at) => volume(at, { 'rekey:run': 'r1' })));
    await Promise.all(ids.map((id) => sight.volume(id)));
    asked.length = 0;
    const seen = await Promise.all([...ids, 'vol-gone'].map((id) => sight.volume(id)));
    expect(seen.filter(Boolean)).toHaveLength(1_000);
    expect(asked.map(({ Filters }) => Filters[0]?.Name)).toEqual(['tag:rekey:run', 'volume-id']);
  });

  it('of a list that AWS refuses for one thing only that one is refused, and what is gone has no status', async () => {
    const refusals: Record<string, string> = {
      'vol-gone': 'InvalidVolume.NotFound',
      'vol-odd': 'OperationNotPermitted',
    };
    let calls = 0;
    const describeVolumeStatus = async ({ VolumeIds }: { VolumeIds: string[] }) => {
      calls++;
      const [name] = VolumeIds.flatMap((id) => refusals[id] ?? []);
      if (name) throw Object.assign(new Error(name), { name, $metadata: { httpStatusCode: 400 } });
      return { VolumeStatuses: VolumeIds.map((VolumeId) => ({ VolumeId })) };
    };
    const sight = createSight({ describeVolumeStatus } as unknown as EC2, order);
    const ids = ['vol-1', 'vol-gone', 'vol-odd', 'vol-2'];
    const seen = await Promise.allSettled(ids.map((id) => sight.volumeStatus(id)));
    expect(seen.map((one) => (one.status === 'fulfilled' ? one.value?.VolumeId : one.reason.name))).toEqual([
      'vol-1',
      undefined,
      'OperationNotPermitted',
      'vol-2',
    ]);
    refusals['vol-1'] = 'UnauthorizedOperation';
    calls = 0;
    const denied = await Promise.allSettled(['vol-1', 'vol-2'].map((id) => sight.volumeStatus(id)));
    expect(denied.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(calls).toBe(1);
  });

  it('what a token made comes oldest first', async () => {
    const { sight } = ec2With([
      volume(3, { 'rekey:token': 't' }),
      volume(1, { 'rekey:token': 't' }),
      volume(2, { 'rekey:token': 'u' }),
    ]);
    const [made, other, none] = await Promise.all(['t', 'u', 'v'].map((token) => sight.volumesMade(token)));
    expect(made?.map((one) => one.VolumeId)).toEqual(['vol-1', 'vol-3']);
    expect(other?.map((one) => one.VolumeId)).toEqual(['vol-2']);
    expect(none).toEqual([]);
  });
});
