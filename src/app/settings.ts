import type { ConnectOptions } from '../aws/clients.ts';
import { type Clock, clockOf, parseClock } from '../contract/clock.ts';
import { problem } from '../errors/index.ts';

/** Where runs are kept unless told otherwise. */
export const defaultStateDir = '.rekey';

/** What can be said of a state directory and of AWS beside the environment. */
export interface CommonOptions {
  readonly stateDir?: string;
  readonly profile?: string;
  readonly region?: string;
}

/** What a command works with: flag, then environment, then default. */
export interface Settings {
  readonly stateDir: string;
  readonly clock: Clock;
  readonly profile?: string;
  /** A region that somebody asked for outside the plan, and where. */
  readonly region?: { readonly value: string; readonly from: string };
  readonly endpoint?: string;
  /** What takes the place of the network, for a simulated account in the same process. */
  readonly connection?: Pick<ConnectOptions, 'requestHandler' | 'credentials' | 'databases' | 'ownInstance'>;
}

/** The profile as the journal keeps it: with another one the next command would act for somebody else. */
export const profileOf = ({ profile }: Settings): { readonly profile?: string } =>
  profile === undefined ? {} : { profile };

/** Where runs are kept: flag, then environment, then default. */
export function stateDirOf({ stateDir }: CommonOptions, env: NodeJS.ProcessEnv = process.env): string {
  return stateDir ?? (env['REKEY_STATE_DIR'] || defaultStateDir);
}

/** Reads the settings. Throws `clock-malformed`, `endpoint-malformed`. */
export function settingsOf(options: CommonOptions, env: NodeJS.ProcessEnv = process.env): Settings {
  const set = (name: string) => env[name] || undefined;
  const region =
    options.region !== undefined
      ? { value: options.region, from: '--region' }
      : ['AWS_REGION', 'AWS_DEFAULT_REGION'].flatMap((name) => {
          const value = set(name);
          return value === undefined ? [] : [{ value, from: name }];
        })[0];
  const endpoint = endpointFrom(set('AWS_ENDPOINT_URL'));
  return {
    stateDir: stateDirOf(options, env),
    clock: clockFrom(set('REKEY_CLOCK')),
    ...(options.profile === undefined ? {} : { profile: options.profile }),
    ...(region === undefined ? {} : { region }),
    ...(endpoint === undefined ? {} : { endpoint }),
  };
}

function endpointFrom(text: string | undefined): string | undefined {
  if (text === undefined || (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol))) return text;
  throw problem('endpoint-malformed', { value: text });
}

function clockFrom(text: string | undefined): Clock {
  if (text === undefined) return clockOf();
  try {
    return clockOf(parseClock(text));
  } catch (error) {
    throw problem('clock-malformed', { value: text }, error);
  }
}
