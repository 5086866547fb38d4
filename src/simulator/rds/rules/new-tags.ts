import type { Tag } from '@aws-sdk/client-rds';
import { required } from '../../ec2/select.ts';
import { TagSet } from '../../tag-set.ts';
import type { World } from '../../world.ts';
import { refusals } from './refusals.ts';

const mostTags = 50;
// Letters, digits, white space and these (the user guide's page on tagging RDS resources).
const allowed = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;

/** Tags as a call gives them. Throws InvalidParameterValue for one that may not be. */
export function checkedTags(tags: readonly Tag[] | undefined): [string, string][] {
  const seen = new Set<string>();
  return (tags ?? []).map(({ Key, Value = '' }) => {
    const key = required(Key, 'Tag.Key');
    if (/^(aws|rds):/i.test(key)) throw refusals.value(`Tag keys beginning with aws: or rds: are reserved: ${key}`);
    if (key.length > 128 || Value.length > 256) throw refusals.value(`The tag ${key} is too long.`);
    if (!allowed.test(key) || !allowed.test(Value))
      throw refusals.value(`The tag ${key} holds characters that tags may not.`);
    if (seen.has(key)) throw refusals.value(`Duplicate tag key ${key}.`);
    seen.add(key);
    return [key, Value];
  });
}

/** Throws InvalidParameterValue for more than a resource may have. */
export function checkCount(keys: Iterable<string>): void {
  if ([...keys].filter((key) => !key.startsWith('aws:')).length > mostTags) {
    throw refusals.value(`A resource may have no more than ${mostTags} tags.`);
  }
}

/** The tags of a new resource: those given, or else those it takes over (moto#8320, seen on AWS), seen after the account's delay. */
export function newTags(world: World, given: readonly Tag[] | undefined, taken?: ReadonlyMap<string, string>): TagSet {
  const takenOver = [...(taken ?? [])].filter(([key]) => !key.startsWith('aws:'));
  const tags = new Map(given?.length ? checkedTags(given) : takenOver);
  checkCount(tags.keys());
  if (world.visibilityDelayMs === 0) return new TagSet(tags);
  const set = new TagSet();
  set.change(world.visibleFrom, (now) => {
    for (const [key, value] of tags) now.set(key, value);
  });
  return set;
}
