import { type Json, toJson } from '../../contract/json.ts';
import type { Attributes } from '../../contract/step.ts';
import type { Original } from './kinds/kind.ts';

/** How an original was read. */
export function readOf({ key, ...original }: Original): Attributes {
  return { key, ...setAs(original, original.settings) };
}

/** How its replacement was asked to be; its key the verdict about it says. */
export function askedOf(original: Omit<Original, 'key'>): Attributes {
  return setAs(original, { ...original.settings, ...original.moved });
}

function setAs(original: Omit<Original, 'key'>, settings: Readonly<Record<string, unknown>>): Attributes {
  const { securityGroups, deletionProtection, roles, tags } = original;
  return {
    ...(toJson(settings) as { readonly [name: string]: Json }),
    'security groups': securityGroups.join(', '),
    'deletion protection': deletionProtection,
    ...Object.fromEntries(roles.map(({ role, feature }) => [`role ${role}`, feature])),
    ...Object.fromEntries(tags.map(({ key, value }) => [`tag ${key}`, value])),
  };
}
