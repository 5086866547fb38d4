import type { EC2 } from '@aws-sdk/client-ec2';
import type { Patience } from '../contract/wait.ts';
import type { AwsTime } from './aws-time.ts';
import { askInParts, createReader, isOfOne, slices } from './reader.ts';

// CreateTags takes 1,000 (API reference), and fails whole for one of them: one that is gone, has no room for a tag, or may not be tagged.
const resourcesPerCall = 200;

/** Puts tags on whose value is AWS's time: those of one key that are asked for together go in one CreateTags. */
export function createStamps(
  ec2: () => EC2,
  order: Patience & { readonly time: Pick<AwsTime, 'now'> },
): (id: string, key: string) => Promise<string> {
  const readers = new Map<string, (id: string) => Promise<string>>();
  const put = async (Resources: string[], Key: string, Value: string): Promise<string> => {
    await ec2().createTags({ Resources, Tags: [{ Key, Value }] });
    return Value;
  };
  return (id, key) => {
    const reader =
      readers.get(key) ??
      createReader<string, string>(order, async (ids) => {
        const value = new Date(order.time.now()).toISOString();
        const lists = slices([...new Set(ids)], resourcesPerCall);
        const batches = lists.map((list) => askInParts(list, (some) => put(some, key, value), isOfOne));
        const answers = new Map((await Promise.all(batches)).flat());
        return ids.map((one) => answers.get(one) ?? new Error(`${one} was not tagged`));
      });
    readers.set(key, reader);
    return reader(id);
  };
}
