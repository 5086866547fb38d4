import { AwsError } from './wire/message.ts';
import type { World } from './world.ts';

/** A member of an operation's input, or a path into it (`BlockDeviceMappings.Ebs.VolumeId`). */
export type MemberOf<I> = (keyof I & string) | `${keyof I & string}.${string}`;

/** One API operation of the simulated account, its types forgotten: the wire has checked them against the schema. */
export interface Operation {
  /** Refuses what AWS knows and this account does not model. */
  check(input: object): void;
  run(world: World, input: object): object;
}

export type Operations = Readonly<Record<string, Operation>>;

/**
 * Declares an operation by the members that it models: any other one is refused, so that nobody takes an
 * ignored parameter for a heeded one. A path restricts what is modelled below its first member.
 */
export function operation<I extends object>(
  modelled: readonly MemberOf<I>[],
  run: (world: World, input: I) => object,
): Operation {
  const names = new Set<string>(modelled);
  for (const path of modelled)
    for (let dot = path.indexOf('.'); dot > 0; dot = path.indexOf('.', dot + 1)) names.add(path.slice(0, dot) + '.*');
  return {
    check: (input) => checkMembers(names, input, ''),
    run: (world, input) => run(world, input as I),
  };
}

function checkMembers(names: ReadonlySet<string>, value: object, at: string): void {
  for (const [member, inner] of Object.entries(value)) {
    const path = at + member;
    if (inner === undefined || path === 'DryRun') continue;
    if (names.has(`${path}.*`)) {
      for (const one of Array.isArray(inner) ? inner : [inner]) checkMembers(names, one, `${path}.`);
    } else if (!names.has(path)) {
      throw new AwsError('UnsupportedOperation', `The simulated account does not model the parameter ${path}.`);
    }
  }
}
