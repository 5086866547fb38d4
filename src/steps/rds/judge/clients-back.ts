import type { DBInstance } from '@aws-sdk/client-rds';
import type { AwsContext } from '../../../aws/services.ts';
import type { Pending } from '../../../contract/step.ts';
import { Aborted, poll } from '../../../contract/wait.ts';
import type { ClientsBack, FinalDatabaseVerdict } from '../domain.ts';
import type { LogPosition } from '../fence/position.ts';
import { addressOf, type Sessions, sessionsAt } from '../fence/sessions.ts';
import type { Original } from '../kinds/kind.ts';
import { nameIn } from '../status.ts';

// RDS gives its names five seconds to live; a pool that was thrown out tries again for minutes.
const backWithinMs = 5 * 60_000;
const beatMs = 15_000;

// Nothing is lost while the original waits, but it costs; a resume asks anew.
const waitedForMs = 60 * 60_000;

const whatItMeans =
  'what keeps the old address for ever (a JVM with networkaddress.cache.ttl=-1) still asks the original, whose fence keeps it out: restart it';

type Back = ({ readonly sessions: number } | { readonly unknown: string }) & {
  readonly position: LogPosition | undefined;
};

/** How many sessions of clients are open to any part, and where the log of the first stands, which writes. Unknown only where none is seen and a part gives no answer. */
async function sessionsOn(
  ctx: AwsContext,
  login: Pick<ClientsBack, 'engine' | 'database' | 'secret'>,
  parts: readonly DBInstance[],
): Promise<Back> {
  const answers = await Promise.all(
    parts.map(async (part): Promise<Sessions> => {
      const at = addressOf(login, part);
      return at ? sessionsAt(ctx, at) : { unknown: `${nameIn(part)} has no endpoint`, final: false };
    }),
  );
  const sessions = answers.reduce((sum, { seen = [] }) => sum + seen.length, 0);
  const [silent] = answers.flatMap((one) => (one.seen ? [] : [one.unknown]));
  const position = answers[0]?.seen && answers[0].position;
  return sessions === 0 && silent !== undefined ? { unknown: silent, position } : { sessions, position };
}

/**
 * Looks whether clients are back on what they were admitted to, and tells it. Where the original had clients when it was read, theirs
 * are given some minutes; nobody is out of service meanwhile who is not kept out by an old address of his own.
 */
export async function lookForClients(
  ctx: AwsContext,
  { name, engine, database, secret, connected }: Original,
  parts: readonly DBInstance[],
  nobodyBack: ClientsBack['nobodyBack'],
): Promise<ClientsBack> {
  const login = { engine, ...(database !== undefined && { database }), ...(secret !== undefined && { secret }) };
  const were = connected === true;
  const until = ctx.clock.now() + (were ? backWithinMs : 0);
  const end = await poll(ctx, beatMs, async (askedAt) => {
    const back = await sessionsOn(ctx, login, parts);
    const over = 'unknown' in back || back.sessions > 0 || askedAt >= until;
    return over ? { done: { back, at: new Date(askedAt).toISOString() } } : { again: true };
  });
  if (end === 'aborted') throw new Aborted();
  const { back, at } = end.done;
  ctx.announce(told(name, back, at, were));
  const seenAt = 'sessions' in back && back.sessions > 0 ? at : null;
  return { ...login, were, seenAt, nobodyBack };
}

function told(name: string, back: Back, at: string, were: boolean): string {
  if ('unknown' in back) return `rekey does not know whether clients are back on ${name}: ${back.unknown}`;
  if (back.sessions > 0) return `clients are back: ${sessionsIn(back.sessions)} on ${name} at ${at}`;
  return were
    ? `nobody has come back to ${name} by ${at}: ${whatItMeans}`
    : `nobody is connected to ${name} at ${at}, as nobody was when it was read`;
}

const sessionsIn = (count: number) => (count === 1 ? 'a session' : `${count} sessions`);

/**
 * The same right before the original goes: what is to be waited for until then, as the plan says, and where the log stands. That clients
 * were seen once is enough; what can't be told keeps nothing.
 */
export async function clientsAwaited(
  ctx: AwsContext,
  { name, clients }: Pick<FinalDatabaseVerdict, 'name' | 'clients'>,
  parts: readonly DBInstance[],
): Promise<{ readonly pending?: Pending | undefined; readonly position?: LogPosition | undefined }> {
  if (!clients) return {};
  const back = await sessionsOn(ctx, clients, parts);
  const { pending, text } = beforeDelete(name, clients, back, new Date(ctx.clock.now()).toISOString());
  if (text !== undefined) ctx.announce(text);
  return { pending, position: back.position };
}

/** What a look before a delete means: what to wait for, and what to tell. */
function beforeDelete(
  name: string,
  { were, seenAt, nobodyBack }: ClientsBack,
  back: Back,
  now: string,
): { readonly pending?: Pending; readonly text?: string } {
  if ('unknown' in back)
    return seenAt === null ? { text: `rekey does not know whether clients are back on ${name}: ${back.unknown}` } : {};
  if (back.sessions > 0)
    return seenAt === null ? { text: `clients are back: ${sessionsIn(back.sessions)} on ${name} at ${now}` } : {};
  if (seenAt !== null)
    return { text: `nobody is connected to ${name} before its original goes; clients were at ${seenAt}` };
  // That was told before the hold.
  if (!were) return {};
  const why = `nobody has come back to ${name}: ${whatItMeans}`;
  if (nobodyBack === 'go-on') return { text: `${why}. The original goes all the same, as the plan says` };
  return { pending: { why: `${why}, or connect to it yourself to see that it serves`, withinMs: waitedForMs } };
}
