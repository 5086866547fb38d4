import type { DBInstance } from '@aws-sdk/client-rds';
import { printable } from '../../aws/printable.ts';
import { carried } from '../../aws/tags.ts';
import { canonical } from '../../contract/json.ts';
import { settingsOf } from './carry.ts';
import type { Database } from './domain.ts';

/** A difference between what the original had when it was read and what an instance has: attribute, and a sentence. */
export interface Difference {
  readonly attribute: string;
  readonly told: string;
}

/** What of the settings, roles and tags of an original an instance has otherwise. */
export function differencesOf(original: Database, found: DBInstance, as: 'itself' | 'replacement'): Difference[] {
  const wanted = as === 'itself' ? original.settings : { ...original.settings, ...original.moved };
  const has = settingsOf(found);
  const name = found.DBInstanceIdentifier ?? '';
  const settings = [...new Set([...Object.keys(wanted), ...Object.keys(has)])].sort().flatMap((attribute) => {
    const [was, is] = [wanted[attribute], has[attribute]];
    if (canonical(was ?? null) === canonical(is ?? null)) return [];
    return [{ attribute, told: `${name} has ${attribute} ${shown(is)}, the original had ${shown(was)}` }];
  });
  return [...settings, ...roleDifferences(original, found), ...tagDifferences(original, found)];
}

function roleDifferences(original: Database, found: DBInstance): Difference[] {
  const has = (found.AssociatedRoles ?? []).map((one) => `${one.RoleArn} ${one.FeatureName ?? ''}`);
  const wanted = original.roles.map(({ role, feature }) => `${role} ${feature}`);
  const lacking = wanted.filter((one) => !has.includes(one));
  const extra = has.filter((one) => !wanted.includes(one));
  return [
    ...lacking.map((one) => `lacks the role ${one}`),
    ...extra.map((one) => `has the role ${one}, which the original had not`),
  ].map((what) => ({ attribute: 'AssociatedRoles', told: `${found.DBInstanceIdentifier} ${printable(what, 300)}` }));
}

function tagDifferences(original: Database, found: DBInstance): Difference[] {
  const has = new Map(carried(found.TagList).map(({ key, value }) => [key, value]));
  const wanted = new Map(original.tags.map(({ key, value }) => [key, value]));
  const other = [...new Set([...has.keys(), ...wanted.keys()])].filter((key) => has.get(key) !== wanted.get(key));
  return other.map((key) => ({
    attribute: 'TagList',
    told: `${found.DBInstanceIdentifier} differs in the tag ${JSON.stringify(printable(key, 128))}`,
  }));
}

const shown = (value: unknown) => (value === undefined ? 'nothing' : printable(JSON.stringify(value), 200));
