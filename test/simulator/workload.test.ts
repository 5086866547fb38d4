import { describe, expect, test } from 'vitest';
import { clients, fleet } from './support.ts';

const id = 'i-00000000000000001';
const data = 'vol-00000000000000002';
type Set = ReturnType<typeof clients>;

const ledger = (set: Set) =>
  set.account.state().instances[0]?.workload?.ledger.find((entry) => entry.device === '/dev/xvdf');
const state = (set: Set) => set.account.state().instances[0]?.state;

async function stopped(set: Set): Promise<void> {
  await set.ec2.stopInstances({ InstanceIds: [id] });
  await set.until(async () => state(set) === 'stopped');
}

/** Puts a volume made from `SnapshotId` in the place of the data volume, and starts. */
async function swapped(set: Set, SnapshotId: string | undefined): Promise<void> {
  const { VolumeId } = await set.ec2.createVolume({
    AvailabilityZone: 'eu-west-1a',
    SnapshotId,
    Encrypted: true,
    KmsKeyId: 'alias/new',
  });
  set.pass(40_000);
  await set.ec2.detachVolume({ VolumeId: data });
  set.pass(20_000);
  await set.ec2.attachVolume({ VolumeId, InstanceId: id, Device: '/dev/xvdf' });
  set.pass(20_000);
  await set.ec2.startInstances({ InstanceIds: [id] });
  set.pass(30_000);
}

async function snapshot(set: Set): Promise<string | undefined> {
  const { SnapshotId } = await set.ec2.createSnapshot({ VolumeId: data });
  return SnapshotId;
}

describe('the workload of the simulated account', () => {
  test('it writes while its instance runs, before a stop and after the next start, and not in between', async () => {
    const set = clients();
    set.pass(300_000);
    expect(ledger(set)).toMatchObject({ writes: 5, lost: false });
    await stopped(set);
    const atStop = ledger(set)?.writes ?? 0;
    set.pass(3_600_000);
    expect(ledger(set)?.writes).toBe(atStop);
    await set.ec2.startInstances({ InstanceIds: [id] });
    set.pass(330_000);
    expect(ledger(set)?.writes).toBeGreaterThanOrEqual(atStop + 5);
    expect(ledger(set)?.lost).toBe(false);
  });

  test('a swap from a snapshot of the stopped instance loses nothing, and what is written later is there too', async () => {
    const set = clients();
    await stopped(set);
    const from = await snapshot(set);
    set.pass(600_000);
    await swapped(set, from);
    set.pass(600_000);
    expect(ledger(set)).toMatchObject({ lost: false, volume: expect.not.stringMatching(data) });
  });

  test('a swap from a snapshot of the running instance is found out, for ever', async () => {
    const set = clients();
    const from = await snapshot(set);
    set.pass(600_000);
    await stopped(set);
    await swapped(set, from);
    expect(ledger(set)?.lost).toBe(true);
    set.pass(86_400_000);
    expect(ledger(set)?.lost).toBe(true);
  });

  test('a snapshot taken while the instance is still stopping misses what is flushed last', async () => {
    const set = clients();
    await set.ec2.stopInstances({ InstanceIds: [id] });
    const from = await snapshot(set);
    set.pass(600_000);
    expect(state(set)).toBe('stopped');
    await swapped(set, from);
    expect(ledger(set)?.lost).toBe(true);
  });

  test('a snapshot from before a start that somebody else made misses what that start wrote', async () => {
    const set = clients();
    await stopped(set);
    const from = await snapshot(set);
    set.account.act({ do: 'start-instance', instance: id });
    set.pass(600_000);
    await stopped(set);
    await swapped(set, from);
    expect(ledger(set)?.lost).toBe(true);
  });

  test('bytes at rest are ciphertext, under a data key of their own for each volume', async () => {
    const set = clients(
      fleet({ volumes: [{ id: 'vol-00000000000000003', size: 1, key: 'alias/old', data: 'the secret' }] }),
    );
    const volume = set.account.world.volumes.get('vol-00000000000000003');
    const other = set.account.world.volumes.get(data);
    const box = volume?.sealed?.box;
    if (!volume || !box || box instanceof Uint8Array) throw new Error('it is not encrypted');
    expect(Buffer.from(box.body).includes('the secret')).toBe(false);
    expect(set.account.world.contentOf(volume).data).toBe('the secret');
    expect(volume.sealed?.dataKey?.id).not.toBe(other?.sealed?.dataKey?.id);
    expect(() =>
      set.account.world.plaintextOf({ ...volume, sealed: { dataKey: other?.sealed?.dataKey, box } }),
    ).toThrow();
  });

  test('a volume stays below 64 KiB however much is written', async () => {
    const set = clients(fleet());
    set.pass(365 * 86_400_000);
    expect(ledger(set)?.writes).toBe(365 * 24 * 60);
    const volume = set.account.world.volumes.get(data);
    if (!volume) throw new Error('it is gone');
    expect(set.account.world.plaintextOf(volume).length).toBeLessThan(65_536);
  });
});
