import type { EC2 } from '@aws-sdk/client-ec2';
import type { Patience } from '../contract/wait.ts';
import type { AwsTime } from './aws-time.ts';
import { createReader, slices } from './reader.ts';

// CreateTags takes 1,000 (API reference). It fails whole for one that is gone, and then each is tagged by itself.
const resourcesPerCall = 200;
const unknown = ['InvalidVolume.NotFound', 'InvalidInstanceID.NotFound'];

/** Puts tags on whose value is AWS's time: those of one key that are asked for together go in one CreateTags. */
export function createStamps(
  ec2: () => EC2,
  order: Patience & { readonly time: Pick<AwsTime, 'now'> },
): (id: string, key: string) => Promise<string> {
  const readers = new Map<string, (id: string) => Promise<string>>();
  const put = async (ids: string[], Key: string, Value: string): Promise<(readonly [string, string | Error])[]> => {
    try {
      await ec2().createTags({ Resources: ids, Tags: [{ Key, Value }] });
      return ids.map((id) => [id, Value]);
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      if (ids.length === 1 || !unknown.includes(error.name)) return ids.map((id) => [id, error]);
      return (await Promise.all(ids.map((id) => put([id], Key, Value)))).flat();
    }
  };
  return (id, key) => {
    const reader =
      readers.get(key) ??
      createReader<string, string>(order, async (ids) => {
        const value = new Date(order.time.now()).toISOString();
        const batches = slices([...new Set(ids)], resourcesPerCall).map((some) => put(some, key, value));
        const answers = new Map((await Promise.all(batches)).flat());
        return ids.map((one) => answers.get(one) ?? new Error(`${one} was not tagged`));
      });
    readers.set(key, reader);
    return reader(id);
  };
}
