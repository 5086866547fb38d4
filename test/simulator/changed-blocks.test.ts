import { EBS, type ListChangedBlocksResponse } from '@aws-sdk/client-ebs';
import { describe, expect, test } from 'vitest';
import { requestHandler } from '../../src/simulator/handler.ts';
import { clients, codeOf, fleet } from './support.ts';

const loose = 'vol-00000000000000003';
const other = 'vol-00000000000000002';
const box = 'i-00000000000000009';

function scene() {
  const { instances = [], ...rest } = fleet();
  const idle = { id: box, volumes: [{ id: 'vol-00000000000000009', device: '/dev/xvda', size: 8, key: 'alias/old' }] };
  const plain = { id: 'vol-00000000000000004', size: 4 };
  const set = clients({ ...rest, instances: [...instances, idle], volumes: [...(rest.volumes ?? []), plain] });
  const ebs = new EBS({
    region: 'eu-west-1',
    credentials: { accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'secret' },
    requestHandler: requestHandler(set.account),
    maxAttempts: 1,
  });
  const snapshot = async (VolumeId: string, wait = true) => {
    set.pass(20_000);
    const { SnapshotId = '' } = await set.ec2.createSnapshot({ VolumeId });
    const shown = async () => (await set.ec2.describeSnapshots({ SnapshotIds: [SnapshotId] })).Snapshots?.[0];
    if (wait) await set.until(async () => (await shown())?.State === 'completed');
    return SnapshotId;
  };
  const pages = async (FirstSnapshotId: string, SecondSnapshotId: string) => {
    const found: (number | undefined)[][] = [];
    let NextToken: string | undefined;
    do {
      const page = await ebs.listChangedBlocks({ FirstSnapshotId, SecondSnapshotId, NextToken });
      found.push((page.ChangedBlocks ?? []).map((one) => one.BlockIndex));
      NextToken = page.NextToken;
    } while (NextToken);
    return found;
  };
  const write = async (volume: string, count: number) => {
    await set.ec2.attachVolume({ VolumeId: volume, InstanceId: box, Device: '/dev/sdz' });
    set.pass(60_000);
    set.account.act({ do: 'write-volume', volume, count });
    await set.ec2.detachVolume({ VolumeId: volume });
    set.pass(60_000);
  };
  return { ...set, ebs, snapshot, pages, write };
}

describe('changed blocks of the simulated account', () => {
  test.each([loose, 'vol-00000000000000004'])('of %s, on which nobody has written, there are none', async (volume) => {
    const { snapshot, pages } = scene();
    expect(await pages(await snapshot(volume), await snapshot(volume))).toEqual([[]]);
  });

  test.each([loose, 'vol-00000000000000004'])('what was written on %s shows, behind an empty page', async (volume) => {
    const { snapshot, pages, write } = scene();
    const first = await snapshot(volume);
    await write(volume, 3);
    const found = await pages(first, await snapshot(volume));
    expect(found[0]).toEqual([]);
    expect(found.flat()).toHaveLength(3);
  });

  test('many blocks come in pages, ascending, each once', async () => {
    const { snapshot, ebs, write } = scene();
    const FirstSnapshotId = await snapshot(loose);
    await write(loose, 250);
    const SecondSnapshotId = await snapshot(loose);
    const asked = { FirstSnapshotId, SecondSnapshotId, MaxResults: 100 };
    const seen: number[] = [];
    for (let NextToken: string | undefined = ''; NextToken !== undefined; ) {
      const page: ListChangedBlocksResponse = await ebs.listChangedBlocks({
        ...asked,
        ...(NextToken && { NextToken }),
      });
      expect(page).toMatchObject({ BlockSize: 524_288, VolumeSize: 10 });
      seen.push(...(page.ChangedBlocks ?? []).map((one) => one.BlockIndex ?? -1));
      NextToken = page.NextToken;
    }
    expect(seen).toHaveLength(250);
    expect(seen).toEqual([...new Set(seen)].sort((a, b) => a - b));
  });

  test('a key that is disabled hides nothing, since nothing is read', async () => {
    const { snapshot, pages, account } = scene();
    const [first, second] = [await snapshot(loose), await snapshot(loose)];
    account.act({ do: 'disable-key', key: 'alias/old' });
    expect(await pages(first, second)).toEqual([[]]);
  });

  test('snapshots that are not complete, not there or not related are refused, each with its reason', async () => {
    const { ebs, ec2, snapshot, until } = scene();
    const first = await snapshot(loose);
    const asked = (SecondSnapshotId: string) =>
      ebs.listChangedBlocks({ FirstSnapshotId: first, SecondSnapshotId }).then(
        () => 'accepted',
        ({ name, Reason, $metadata }) => `${name} ${Reason} ${$metadata.httpStatusCode}`,
      );
    expect(await asked(await snapshot(other))).toBe('ValidationException UNRELATED_SNAPSHOTS 400');
    expect(await asked(await snapshot(loose, false))).toBe('ValidationException INVALID_SNAPSHOT_ID 400');
    expect(await asked('snap-0000000000000000f')).toBe('ResourceNotFoundException SNAPSHOT_NOT_FOUND 404');
    expect(await asked('none')).toBe('ValidationException INVALID_SNAPSHOT_ID 400');
    const { SnapshotId = '' } = await ec2.copySnapshot({ SourceRegion: 'eu-west-1', SourceSnapshotId: first });
    const copied = async () => (await ec2.describeSnapshots({ SnapshotIds: [SnapshotId] })).Snapshots?.[0]?.State;
    await until(async () => (await copied()) === 'completed');
    expect(await asked(SnapshotId)).toBe('ValidationException UNRELATED_SNAPSHOTS 400');
  });

  test('it is throttled, denied and slow as everything else; a page token expires', async () => {
    const { ebs, snapshot, account, write, pass } = scene();
    const FirstSnapshotId = await snapshot(loose);
    await write(loose, 1);
    const asked = { FirstSnapshotId, SecondSnapshotId: await snapshot(loose) };
    account.faults.add({ kind: 'throttle', operation: 'ListChangedBlocks', times: 1 });
    expect(await codeOf(ebs.listChangedBlocks(asked))).toBe('RequestThrottledException');
    const denied = { code: 'AccessDeniedException', status: 403, times: 1 };
    account.faults.add({ kind: 'error', operation: 'ListChangedBlocks', ...denied });
    expect(await codeOf(ebs.listChangedBlocks(asked))).toBe('AccessDeniedException');
    const { NextToken } = await ebs.listChangedBlocks(asked);
    pass(61 * 60_000);
    expect(await codeOf(ebs.listChangedBlocks({ ...asked, NextToken }))).toBe('ValidationException');
    account.act({ do: 'expire-credentials' });
    expect(await codeOf(ebs.listChangedBlocks(asked))).toBe('ExpiredTokenException');
  });

  test('other paths are no operation, and nobody writes on what nobody holds', async () => {
    const { ebs, account } = scene();
    expect(await codeOf(ebs.listSnapshotBlocks({ SnapshotId: 'snap-0000000000000000f' }))).toBe(
      'UnknownOperationException',
    );
    expect(() => account.act({ do: 'write-volume', volume: loose })).toThrow(/Nobody can write/);
  });
});
