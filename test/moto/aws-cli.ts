import type { Stand } from './accounts.ts';
import { program, type Ran, ran } from './programs.ts';

/** The AWS CLI on one account. */
export interface AwsCli {
  /** What a command answers. Throws with what it printed when it fails. */
  json<T>(...args: readonly string[]): Promise<T>;
  /** The same, as `--output text`. */
  text(...args: readonly string[]): Promise<string>;
  /** How a command ends, also when it fails. */
  tried(...args: readonly string[]): Promise<Ran>;
}

export function awsCli({ url, env }: Stand): AwsCli {
  const tried = (...args: readonly string[]) => ran(program('aws'), [...args, '--endpoint-url', url], env);
  const text = async (...args: readonly string[]) => {
    const { exit, stdout, stderr } = await tried(...args);
    if (exit !== 0) throw new Error(`aws ${args.join(' ')} ended with ${exit}: ${stderr.trim()}`);
    return stdout.trim();
  };
  return {
    tried,
    text: (...args) => text(...args, '--output', 'text'),
    json: async <T>(...args: readonly string[]) => JSON.parse((await text(...args, '--output', 'json')) || 'null') as T,
  };
}
