import type { Tag } from '@aws-sdk/client-ec2';

/** The tags by which everything that a run makes can be found, and finished by hand, without its journal. */
export const marker = {
  run: 'rekey:run',
  token: 'rekey:token',
  original: 'rekey:original',
  device: 'rekey:device',
  deleteOnTermination: 'rekey:delete-on-termination',
  target: 'rekey:target',
  source: 'rekey:source',
  seen: 'rekey:seen',
} as const;

const claimPrefix = 'rekey:claim:';
// AWS does not count aws:* tags against it.
const tagsPerResource = 50;

/** The key of the tag by which a run says "mine". The run stands in the key, so that two claims can't overwrite each other. */
export function claimKey(run: string): string {
  return `${claimPrefix}${run}`;
}

/** The runs that claim the resource with these tags. */
export function claimants(tags: readonly Tag[] | undefined): string[] {
  return (tags ?? []).flatMap(({ Key }) => (Key?.startsWith(claimPrefix) ? [Key.slice(claimPrefix.length)] : []));
}

/** The value of one tag. */
export function tagValue(tags: readonly Tag[] | undefined, key: string): string | undefined {
  return tags?.find((tag) => tag.Key === key)?.Value;
}

/** The tags that a replacement takes over, by key: `aws:*` can't be set, `rekey:*` speaks of the original alone. */
export function carried(tags: readonly Tag[] | undefined): { key: string; value: string }[] {
  return (tags ?? [])
    .map(({ Key, Value }) => ({ key: Key ?? '', value: Value ?? '' }))
    .filter(({ key }) => !key.startsWith('aws:') && !key.startsWith('rekey:'))
    .sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
}

/** The tags of something that is made: those that are carried, and those that the plan wants on it, which win. */
export function withOwn(
  tags: readonly { readonly key: string; readonly value: string }[],
  own: readonly { readonly key: string; readonly value: string }[],
): { key: string; value: string }[] {
  const keys = new Set(own.map(({ key }) => key));
  return [...tags.filter(({ key }) => !keys.has(key)), ...own];
}

/** As the APIs of AWS take them. */
export function asTags(tags: readonly { readonly key: string; readonly value: string }[]): Tag[] {
  return tags.map(({ key, value }) => ({ Key: key, Value: value }));
}

/** How many of the 50 tags a resource may have are still free on one with these tags. */
export function roomForTags(tags: readonly Tag[] | undefined): number {
  return tagsPerResource - (tags ?? []).filter((tag) => !tag.Key?.startsWith('aws:')).length;
}

/** What a thing of this run is marked with. */
export function markers(
  { run, token, target }: { readonly run: string; readonly token: string; readonly target: { readonly id: string } },
  made: {
    readonly original: string;
    readonly place?: { readonly device: string; readonly deleteOnTermination: boolean } | undefined;
    /** Where AWS does not show what a thing was made from. */
    readonly source?: string | undefined;
  },
): Tag[] {
  return [
    { Key: marker.run, Value: run },
    { Key: marker.token, Value: token },
    { Key: marker.target, Value: target.id },
    { Key: marker.original, Value: made.original },
    ...(made.source === undefined ? [] : [{ Key: marker.source, Value: made.source }]),
    ...(made.place === undefined
      ? []
      : [
          { Key: marker.device, Value: made.place.device },
          { Key: marker.deleteOnTermination, Value: String(made.place.deleteOnTermination) },
        ]),
  ];
}

/** How many marker tags a replacement carries at most: a volume has a place and is tagged when it is looked at last, and only a database has a source. */
export const markerCount = Object.keys(marker).length - 1;
