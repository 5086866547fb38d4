import type { ListChangedBlocksRequest } from '@aws-sdk/client-ebs';
import { unseal, unwrap } from '../bytes.ts';
import { type Content, contentOf } from '../content.ts';
import { visibleSnapshot } from '../ec2/find.ts';
import type { Snapshot } from '../model.ts';
import { type Operations, operation } from '../operation.ts';
import { AwsError } from '../wire/message.ts';
import type { World } from '../world.ts';

const blockKiB = 512;
const blocksPerGiB = (1024 * 1024) / blockKiB;
const fewestResults = 100;
const mostResults = 10_000;
const pageTokenMs = 60 * 60_000;
const listMs = 7 * 24 * 60 * 60_000;

function invalid(reason: string, message: string): AwsError {
  return new AwsError('ValidationException', message, 400, reason);
}

/** A snapshot whose blocks can be listed. Throws as the service does for one that is unknown, not complete, or failed. */
function listable(world: World, id: string | undefined): Snapshot {
  if (id === undefined || !/^snap-[0-9a-f]{8,17}$/.test(id))
    throw invalid('INVALID_SNAPSHOT_ID', `The snapshot ID '${id ?? ''}' is not valid.`);
  const snapshot = visibleSnapshot(world, id);
  if (!snapshot)
    throw new AwsError('ResourceNotFoundException', `The snapshot '${id}' does not exist.`, 404, 'SNAPSHOT_NOT_FOUND');
  if (snapshot.state !== 'completed')
    throw invalid('INVALID_SNAPSHOT_ID', `The snapshot '${id}' is in the '${snapshot.state}' state.`);
  return snapshot;
}

function listChangedBlocks(world: World, input: ListChangedBlocksRequest): object {
  const second = listable(world, input.SecondSnapshotId);
  const first = listable(world, input.FirstSnapshotId);
  // A copy is a lineage of its own, and so is what is under another data key [U].
  const related = first.volumeId === second.volumeId && first.copyOf === undefined && second.copyOf === undefined;
  if (!related || first.sealed?.dataKey?.id !== second.sealed?.dataKey?.id)
    throw invalid('UNRELATED_SNAPSHOTS', `The snapshots '${first.id}' and '${second.id}' are not related.`);
  const from = pageFrom(world, input.NextToken);
  const changed = changedBlocks(heldBy(world, first), heldBy(world, second), second.size * blocksPerGiB);
  const start = Math.max(input.StartingBlockIndex ?? 0, from ?? 0);
  // Where the changed blocks are scarce a page may be empty, and the next one is not (facts: direct APIs, FAQ).
  const scarce = from === undefined && changed.length > 0 && changed.length < fewestResults;
  const most = Math.min(mostResults, Math.max(fewestResults, input.MaxResults ?? mostResults));
  const rest = changed.filter((index) => index >= start);
  const page = scarce ? [] : rest.slice(0, most);
  const next = scarce ? start : rest[page.length];
  return {
    ChangedBlocks: page.map((index) => ({
      BlockIndex: index,
      FirstBlockToken: `first-${first.id}-${index}`,
      SecondBlockToken: `second-${second.id}-${index}`,
    })),
    ExpiryTime: new Date(world.time + listMs),
    VolumeSize: second.size,
    BlockSize: blockKiB * 1024,
    NextToken: next === undefined ? undefined : `${next}.${world.time + pageTokenMs}`,
  };
}

function pageFrom(world: World, token: string | undefined): number | undefined {
  if (token === undefined) return undefined;
  const [index, until] = token.split('.').map(Number);
  if (index === undefined || until === undefined || !(until >= world.time))
    throw invalid('INVALID_PAGE_TOKEN', 'The page token is not valid, or has expired.');
  return index;
}

/** What a snapshot holds. Its blocks are listed without being read, so that the state of the key has no say in it [U]. */
function heldBy(world: World, { id, sealed }: Snapshot): Content {
  if (!sealed) throw new Error(`${id} is completed and holds nothing`);
  const { dataKey } = sealed;
  const key = dataKey && world.findKey(dataKey.keyArn);
  return contentOf(unseal(sealed, key && dataKey && unwrap(key, dataKey)));
}

/** Which of so many blocks differ, ascending: where each write since went, by its number. */
function changedBlocks(first: Content, second: Content, blocks: number): number[] {
  if (first.data === second.data && first.count === second.count && first.chain === second.chain) return [];
  const changed = new Set<number>(first.data === second.data ? [] : [0]);
  const since = second.count - first.count;
  for (let n = 0; n < Math.min(since, blocks); n++) changed.add(((first.count + n + 1) * 7919) % blocks);
  // As many writes as before, and others.
  if (changed.size === 0) changed.add(0);
  return [...changed].sort((a, b) => a - b);
}

export const ebsOperations: Operations = {
  ListChangedBlocks: operation<ListChangedBlocksRequest>(
    ['FirstSnapshotId', 'SecondSnapshotId', 'NextToken', 'MaxResults', 'StartingBlockIndex'],
    listChangedBlocks,
  ),
};
