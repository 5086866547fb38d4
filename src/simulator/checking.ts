import * as z from 'zod';
import { suggest } from '../contract/nearest.ts';

/** `a.b[2].c`, as people write a place in a file. */
function placeOf(path: readonly PropertyKey[]): string {
  return path
    .map((part, i) => (typeof part === 'number' ? `[${part}]` : `${i > 0 ? '.' : ''}${String(part)}`))
    .join('');
}

export interface Problem {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

/** Each thing that is wrong, an unknown key at its own place. */
export function problemsOf(error: z.ZodError): Problem[] {
  return error.issues.flatMap((issue): Problem[] => {
    if (issue.code === 'unrecognized_keys') {
      // `inWords` says a line of each.
      const messages = issue.message.split('\n');
      return issue.keys.map((key, at) => ({ path: [...issue.path, key], message: messages[at] ?? issue.message }));
    }
    if (issue.code === 'invalid_union') {
      const closest = [...issue.errors].sort((a, b) => a.length - b.length)[0];
      const inner = closest?.[0];
      if (inner) return [{ path: [...issue.path, ...inner.path], message: inner.message }];
    }
    return [{ path: issue.path, message: issue.message }];
  });
}

export function told({ path, message }: Problem): string {
  return path.length > 0 ? `${placeOf(path)}: ${message}` : message;
}

const kinds: { readonly [type: string]: string } = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a group of members',
  record: 'a group of members',
  null: 'nothing',
};

function kindOf(value: unknown): string {
  if (value === null || value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  const shown = typeof value === 'object' ? '' : ` (${String(JSON.stringify(value)).slice(0, 40)})`;
  return `${kinds[typeof value] ?? typeof value}${shown}`;
}

const sized: { readonly [origin: string]: string } = { string: ' characters', array: ' entries', set: ' entries' };

/** What is wrong in our own words, where the schema has none of its own: given to `safeParse`. */
export const inWords: z.core.$ZodErrorMap = (issue) => {
  if (issue.code === 'custom') return undefined;
  if (issue.code === 'unrecognized_keys') {
    const known = issue.inst instanceof z.ZodObject ? Object.keys(issue.inst.shape) : [];
    return issue.keys.map((key) => `unknown key; ${suggest(key, known)}`).join('\n');
  }
  if (issue.input === undefined) return 'it is missing';
  switch (issue.code) {
    case 'invalid_type':
      return `${kinds[issue.expected] ?? issue.expected} is needed, and this is ${kindOf(issue.input)}`;
    case 'invalid_value':
      return `${kindOf(issue.input)} is none of: ${issue.values.map(String).join(', ')}`;
    case 'too_small':
      return `at least ${issue.minimum}${sized[issue.origin] ?? ''} needed, and this is ${kindOf(issue.input)}`;
    case 'too_big':
      return `at most ${issue.maximum}${sized[issue.origin] ?? ''} allowed, and this is ${kindOf(issue.input)}`;
    case 'invalid_format':
      return `${kindOf(issue.input)} does not look like ${issue.pattern ?? `a ${issue.format}`}`;
    default:
      return `${kindOf(issue.input)} does not belong here`;
  }
};
