import type { ModifyDBClusterMessage, ModifyDBInstanceMessage } from '@aws-sdk/client-rds';
import type { World } from '../../world.ts';
import type { Kind } from '../kinds/kind.ts';
import { apply } from '../life/applying.ts';
import { awaitWindow } from '../life/waiting.ts';
import type { ChangesOf, Resource } from '../model/alike.ts';
import { holderOf, named } from '../naming/find.ts';
import { newIdentifier } from '../naming/select.ts';
import { refusals } from '../rules/refusals.ts';

type Message = ModifyDBInstanceMessage | ModifyDBClusterMessage;

/** The call that modifies a kind, as far as it is its own. */
export interface ModifyCall<T extends Resource, I extends Message> {
  readonly kind: Kind<T>;
  /** Settings that it has under the name that Describe has for them. */
  readonly sameNames: readonly (keyof I & keyof T['settings'] & string)[];
  /** Those that wait for the maintenance window unless ApplyImmediately; all others are applied as soon as possible. */
  readonly waiting: ReadonlySet<string>;
  /**
   * What else Describe shows as pending until it is applied; all others never show. Difference: of a cluster the password
   * alone, since its retention waits and its port can't be shown (ClusterPendingModifiedValues).
   */
  readonly shownToo: readonly string[];
  /** Difference: whether Describe shows the work of a modification of which all waits for the window. */
  readonly showsWorkWithoutAny: boolean;
  /** Names of parameters that are its own, by the names of settings: those that come before what is alike, and those after. */
  named(input: I): Readonly<Record<string, unknown>>;
  groups(input: I): { readonly subnets?: string | undefined; readonly parameters: string | undefined };
  more(input: I): Readonly<Record<string, unknown>>;
  newIdentifier(input: I): readonly [name: string | undefined, parameter: string];
  isNewPassword(one: T, input: I): boolean;
  /** Throws what forbids it. */
  check(world: World, one: T, input: I, changes: ChangesOf<T['settings']>): void;
  /** What is done at once, whether the rest waits or not. */
  atOnce?(world: World, one: T, input: I): void;
}

/** What the call asks for, in the words of the settings. */
function asked<T extends Resource, I extends Message>(
  world: World,
  call: ModifyCall<T, I>,
  one: T,
  input: I,
): ChangesOf<T['settings']> {
  const logs = input.CloudwatchLogsExportConfiguration;
  const { EnableLogTypes = [], DisableLogTypes = [] } = logs ?? {};
  const [name, parameter] = call.newIdentifier(input);
  const groups = call.groups(input);
  const changes: Record<string, unknown> = {
    ...Object.fromEntries(call.sameNames.map((each) => [each, input[each]])),
    ...call.named(input),
    SecurityGroupIds: input.VpcSecurityGroupIds?.length ? input.VpcSecurityGroupIds : undefined,
    SubnetGroup: groups.subnets,
    ParameterGroup: groups.parameters,
    OptionGroup: input.OptionGroupName,
    IAMDatabaseAuthenticationEnabled: input.EnableIAMDatabaseAuthentication,
    PerformanceInsightsEnabled: input.EnablePerformanceInsights,
    ...call.more(input),
    EnabledCloudwatchLogsExports:
      logs &&
      [...new Set([...(one.settings.EnabledCloudwatchLogsExports ?? []), ...EnableLogTypes])].filter(
        (type) => !DisableLogTypes.includes(type),
      ),
    identifier: name === undefined ? undefined : newIdentifier(name, parameter, 63),
    masterPassword: call.isNewPassword(one, input) ? true : undefined,
  };
  const key = input.PerformanceInsightsKMSKeyId;
  if (key !== undefined) {
    const found = world.findKey(key);
    if (!world.usable(found)) throw refusals.key(key);
    changes['PerformanceInsightsKMSKeyId'] = found.arn;
  }
  const before: Readonly<Record<string, unknown>> = { ...one.settings, identifier: one.identifier };
  // What is so already is no change.
  return Object.fromEntries(
    Object.entries(changes).filter(
      ([each, value]) => value !== undefined && JSON.stringify(before[each]) !== JSON.stringify(value),
    ),
  ) as ChangesOf<T['settings']>;
}

/** Modifies what the call names, now or in the maintenance window. */
export function modify<T extends Resource, I extends Message>(
  world: World,
  call: ModifyCall<T, I>,
  input: I,
  name: string | undefined,
): T {
  const { kind, waiting } = call;
  const one = named(world, kind, name);
  kind.requireFree(world, one, 'modified');
  const changes = asked(world, call, one, input);
  call.check(world, one, input, changes);
  if (changes.identifier !== undefined && holderOf(world, kind, changes.identifier)) throw kind.refusals.exists();
  // ApplyImmediately also applies whatever was waiting before (facts §5.2).
  const now: object = input.ApplyImmediately
    ? { ...one.pending, ...changes }
    : Object.fromEntries(Object.entries(changes).filter(([each]) => !waiting.has(each)));
  const later = Object.fromEntries(Object.entries(changes).filter(([each]) => !(each in now)));
  const shown = Object.entries(now).filter(([each]) => waiting.has(each) || call.shownToo.includes(each));
  one.pending = { ...one.pending, ...later, ...(input.ApplyImmediately ? Object.fromEntries(shown) : {}) };
  call.atOnce?.(world, one, input);
  if (Object.keys(later).length > 0) awaitWindow(world, kind, one);
  const worked = call.showsWorkWithoutAny ? { ...changes, ...now } : now;
  if (Object.keys(worked).length > 0) apply(world, kind, one, now as ChangesOf<T['settings']>);
  return one;
}
