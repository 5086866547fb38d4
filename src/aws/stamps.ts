import type { EC2 } from '@aws-sdk/client-ec2';
import type { Patience } from '../contract/wait.ts';
import type { AwsTime } from './aws-time.ts';
import { askInParts, createReader, isOfOne, slices } from './reader.ts';

// CreateTags takes 1,000 (API reference), and fails whole for one of them: one that is gone, has no room for a tag, or may not be tagged.
const resourcesPerCall = 200;

/** Is a look that shows this value of the tag one of after the tag was asked for? */
export type IsLater = (shown: string | undefined) => boolean;

/**
 * Puts tags on whose value is AWS's time: those of one key that are asked for together go in one CreateTags. What was put on the same
 * thing later counts for who came earlier, too.
 */
export function createStamps(
  ec2: () => EC2,
  order: Patience & { readonly time: Pick<AwsTime, 'now'> },
): (id: string, key: string) => Promise<IsLater> {
  const readers = new Map<string, (id: string) => Promise<string>>();
  const last = new Map<string, string>();
  let latestAt = 0;
  const put = async (Resources: string[], Key: string, Value: string): Promise<string> => {
    await ec2().createTags({ Resources, Tags: [{ Key, Value }] });
    for (const id of Resources) if (Value > (last.get(`${Key} ${id}`) ?? '')) last.set(`${Key} ${id}`, Value);
    return Value;
  };
  const readerOf = (key: string) =>
    createReader<string, string>(order, async (ids) => {
      // A clock that is set back gives no value that comes before one that was put.
      latestAt = Math.max(latestAt + 1, order.time.now());
      const value = new Date(latestAt).toISOString();
      const lists = slices([...new Set(ids)], resourcesPerCall);
      const batches = lists.map((list) => askInParts(list, (some) => put(some, key, value), isOfOne));
      const answers = new Map((await Promise.all(batches)).flat());
      return ids.map((one) => answers.get(one) ?? new Error(`${one} was not tagged`));
    });
  return async (id, key) => {
    const reader = readers.get(key) ?? readerOf(key);
    readers.set(key, reader);
    const value = await reader(id);
    return (shown) => shown !== undefined && (shown === value || shown === last.get(`${key} ${id}`));
  };
}
