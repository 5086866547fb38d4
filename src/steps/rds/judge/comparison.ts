import type { DBInstance, Tag } from '@aws-sdk/client-rds';
import { printable } from '../../../aws/printable.ts';
import { carried, withOwn } from '../../../aws/tags.ts';
import { canonical } from '../../../contract/json.ts';
import type { Tag as CarriedTag } from '../../domain.ts';
import { memberSettings } from '../carry/member.ts';
import type { Member, MemberPair } from '../domain.ts';
import type { BothThere, Kind, Original } from '../kinds/kind.ts';
import { type Described, nameIn, rolesIn } from '../status.ts';

/** A difference between what the original had when it was read and what an instance has: attribute, and a sentence. */
export interface Difference {
  readonly attribute: string;
  readonly told: string;
}

/** What an original had when it was read. */
type Wanted = Pick<Original, 'settings' | 'moved' | 'roles' | 'tags'>;
/** What AWS shows of it, or of its replacement, now. */
interface Shown {
  readonly name: string;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly roles: Original['roles'];
  readonly tags: readonly Tag[] | undefined;
}

/** Whether it is the original that is looked at, or what takes its place, which has the plan's own tags besides. */
export type As = 'itself' | { readonly own: readonly CarriedTag[] };

/** What of an original and its members is not as it was read: on the original itself, and on what takes its place. */
export function differencesOfPair(
  kind: Kind,
  read: Original,
  pairs: readonly MemberPair[],
  { original, replacement, instances }: BothThere,
  own: readonly CarriedTag[],
): { readonly was: Difference[]; readonly is: Difference[] } {
  const instance = (id: string | undefined) => instances.find((one) => one.DbiResourceId === id);
  const inPlaceOf = (member: Member) => instance(pairs.find(({ id }) => id === member.id)?.replacement);
  const members = kind.members(read);
  // Application Auto Scaling may have taken either away, which is no change of the cluster.
  const missed = (one: Member, found: DBInstance | undefined) => one.scaled !== true || found !== undefined;
  // What comes late is given to the replacement with the others.
  const roles = [...read.roles, ...rolesIn(original)];
  const carrying = <T extends Original | Member>(one: T, was: Described | undefined, is: Described | undefined): T => ({
    ...one,
    tags: tagsCarried(one.tags, was, is, own),
  });
  const whole = { ...carrying(read, original, replacement), roles };
  const part = (one: Member) => carrying(one, instance(one.id), inPlaceOf(one));
  return {
    was: [
      ...differencesOf(kind, { ...whole, roles: read.roles }, original, 'itself'),
      ...members
        .filter((one) => missed(one, instance(one.id)))
        .flatMap((one) => ofMember(part(one), instance(one.id), 'itself')),
    ],
    is: [
      ...differencesOf(kind, whole, replacement, { own }),
      ...members
        .filter((one) => missed(one, inPlaceOf(one)))
        .flatMap((one) => ofMember(part(one), inPlaceOf(one), { own })),
    ],
  };
}

/**
 * What is to be found as tags of both: as they were read, and where somebody has changed one since, as the original has it by now, if
 * what takes its place has it like that, too, or has a tag of the plan's own there. That is not lost with the original.
 */
function tagsCarried(
  read: readonly CarriedTag[],
  original: Described | undefined,
  replacement: Described | undefined,
  own: readonly CarriedTag[],
): CarriedTag[] {
  if (!original || !replacement) return [...read];
  const [had, was, is] = [valuesOf(read), valuesOf(carried(original.TagList)), valuesOf(carried(replacement.TagList))];
  const plans = valuesOf(own);
  return [...new Set([...had.keys(), ...was.keys()])].flatMap((key) => {
    const value = plans.has(key) || is.get(key) === was.get(key) ? was.get(key) : had.get(key);
    return value === undefined ? [] : [{ key, value }];
  });
}

const valuesOf = (tags: readonly CarriedTag[]) => new Map(tags.map(({ key, value }) => [key, value]));

/** What of the settings, roles and tags of an original one has otherwise. */
export function differencesOf(kind: Kind, original: Original, found: Described, as: As): Difference[] {
  const shown = { name: nameIn(found), settings: kind.settings(found), roles: rolesIn(found), tags: found.TagList };
  return differencesBetween(original, shown, as);
}

function ofMember(original: Member, found: DBInstance | undefined, as: As): Difference[] {
  if (!found) return [{ attribute: 'DBClusterMembers', told: `the member ${original.name} is missing` }];
  const { DBInstanceIdentifier: name = '', TagList: tags } = found;
  return differencesBetween({ ...original, roles: [] }, { name, settings: memberSettings(found), roles: [], tags }, as);
}

/** The same of anything: an instance, a cluster, a member of one. */
function differencesBetween(original: Wanted, found: Shown, as: As): Difference[] {
  const { name, settings: has } = found;
  const tags = as === 'itself' ? original.tags : withOwn(original.tags, as.own);
  const wanted = as === 'itself' ? original.settings : { ...original.settings, ...original.moved };
  const settings = [...new Set([...Object.keys(wanted), ...Object.keys(has)])].sort().flatMap((attribute) => {
    const [was, is] = [wanted[attribute], has[attribute]];
    if (canonical(was ?? null) === canonical(is ?? null)) return [];
    return [{ attribute, told: `${name} has ${attribute} ${shown(is)}, the original had ${shown(was)}` }];
  });
  return [...settings, ...roleDifferences(original, found, as), ...tagDifferences(tags, found)];
}

/**
 * What speaks against the pair being alike, one sentence each: what somebody has changed on the original since it was read
 * would be lost with it, and what the replacement has otherwise has to be named by the plan.
 */
export function unlike(
  original: readonly Difference[],
  replacement: readonly Difference[],
  named: readonly string[] = [],
): string[] {
  return [
    ...original.map(({ attribute, told }) => `since it was read, ${attribute}: ${told}`),
    ...replacement.filter(({ attribute }) => !named.includes(attribute)).map(({ told }) => told),
  ];
}

/** The original may get further ones, and its replacement has none of them before it is judged in its place; one that only that has is nobody's. */
function roleDifferences(original: Wanted, found: Shown, as: As): Difference[] {
  const told =
    as === 'itself'
      ? rolesLacking(found.name, original.roles, found.roles)
      : found.roles
          .filter((one) => !original.roles.some(({ id }) => id === one.id))
          .map(({ id }) => `${found.name} has the role ${printable(id, 300)}, which the original had not`);
  return told.map((one) => ({ attribute: 'AssociatedRoles', told: one }));
}

/** Which of these roles one has not, in a sentence each. */
export function rolesLacking(name: string, wanted: Original['roles'], has: Original['roles']): string[] {
  const lacking = wanted.filter((one) => !has.some(({ id }) => id === one.id));
  return lacking.map(({ id }) => `${name} lacks the role ${printable(id, 300)}`);
}

function tagDifferences(tags: readonly CarriedTag[], found: Shown): Difference[] {
  const has = valuesOf(carried(found.tags));
  const wanted = valuesOf(tags);
  const other = [...new Set([...has.keys(), ...wanted.keys()])].filter((key) => has.get(key) !== wanted.get(key));
  return other.map((key) => ({
    attribute: 'TagList',
    told: `${found.name} differs in the tag ${JSON.stringify(printable(key, 128))}`,
  }));
}

const shown = (value: unknown) => (value === undefined ? 'nothing' : printable(JSON.stringify(value), 200));
