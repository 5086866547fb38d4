import type { z } from 'zod';

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
      return issue.keys.map((key) => ({ path: [...issue.path, key], message: 'unknown key' }));
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
