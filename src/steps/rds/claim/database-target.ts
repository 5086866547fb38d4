import type { DBInstance } from '@aws-sdk/client-rds';
import { type AwsContext, defineTarget } from '../../../aws/services.ts';
import { claimants } from '../../../aws/tags.ts';
import type { Json } from '../../../contract/json.ts';
import type { Observation } from '../../../contract/step.ts';
import { faultsOfOldKey } from '../../kms/key-use.ts';
import { carriedBy, settingsOf } from '../carry/instance.ts';
import { Database, DatabaseName } from '../domain.ts';
import { exposedBy, lifeOf } from '../fence/open.ts';
import { isReplacement, surelyFound } from '../found.ts';
import { isGoing, isStopped, parametersPend, pendingOf } from '../status.ts';

/**
 * A DB instance, by the name that clients connect to. It serves as long as anybody but the runner may get in, to the
 * original or to what this run made of it; when nobody may, what counts is who holds the name.
 */
export const databaseTarget = defineTarget({
  type: 'rds-instance',
  id: DatabaseName,
  claim: 'rds.claim',
  release: 'rds.release-claim',
  unreadable: faultsOfOldKey,
  halt: (_target, reads) => {
    const read = readOf(reads);
    return read ? [{ uses: 'rds.fence-replacement', with: { original: read.id, fence: read.fence } }] : [];
  },
  async observe(ctx, claimed, reads) {
    const read = readOf(reads);
    const originals = claimed.filter((id) => /^db-[A-Z0-9]+$/.test(id));
    const id = originals.at(-1) ?? (await idOf(ctx));
    const original = id === undefined ? undefined : await surelyFound(ctx, id);
    const all = await ctx.aws.sight.databases();
    const holder = all.find((one) => one.DBInstanceIdentifier === ctx.target.id && !isGoing(one));
    const made = all.filter((one) => id !== undefined && isReplacement(one, ctx.run, id) && !isGoing(one));
    const concerned = new Map([original, holder, ...made].flatMap((one) => (one ? [[one.DbiResourceId, one]] : [])));
    const claims = [...concerned.values()].flatMap((one) =>
      claimants(one.TagList).map((run) => ({ run, on: one.DBInstanceIdentifier ?? '' })),
    );
    const life = await lifeOf(ctx, [...concerned.values()], holder, read);
    const missing = [...(original ? [] : originals), ...(original || holder || made.length > 0 ? [] : [ctx.target.id])];
    const exposed = exposedBy(life, original, read);
    return { observation: { shape: shapeOf(ctx.target.id, original, holder), life }, claims, missing, exposed };
  },
  serving: ({ shape, life }) => {
    const open = listed(life['open']);
    const holder = shape['holder'];
    return { running: open.length > 0, on: open.length > 0 ? open : typeof holder === 'string' ? [holder] : [] };
  },
});

function readOf(reads: readonly unknown[]): Database | undefined {
  for (const read of reads) {
    const parsed = Database.safeParse((read as { instance?: unknown } | null)?.instance);
    if (parsed.success) return parsed.data;
  }
  return undefined;
}

async function idOf(ctx: AwsContext): Promise<string | undefined> {
  return (await ctx.aws.sight.databaseNamed(ctx.target.id))?.DbiResourceId;
}

function shapeOf(
  target: string,
  original: DBInstance | undefined,
  holder: DBInstance | undefined,
): Observation['shape'] {
  return {
    target,
    holder: holder?.DbiResourceId ?? null,
    original: original?.DbiResourceId ?? null,
    ...(original && asSet(original)),
  };
}

/** How the original is set. A change of it would be missing on the replacement, or come into force with one of our own calls. */
function asSet(original: DBInstance): Record<string, Json> {
  const settings = settingsOf(original);
  const names = [...carriedBy('restore'), ...carriedBy('modify'), 'EngineVersion'];
  return {
    ...Object.fromEntries(names.map((name) => [name, json(settings[name])])),
    stopped: isStopped(original),
    pending: json(pendingOf(original)),
    parametersPend: parametersPend(original),
  };
}

/** The observation after one of its databases has got another name. */
export function renamed(observation: Observation, database: string, from: string, to: string): Observation {
  const { shape } = observation;
  const left = shape['target'] === from && shape['holder'] === database ? null : (shape['holder'] ?? null);
  return { ...observation, shape: { ...shape, holder: shape['target'] === to ? database : left } };
}

/** The observation after clients were let in to one of its databases, or kept out. */
export function opened(observation: Observation, database: string, open: boolean): Observation {
  const others = listed(observation.life['open']).filter((id) => id !== database);
  return { ...observation, life: { ...observation.life, open: (open ? [...others, database] : others).sort() } };
}

/** What an observation says as a list. */
export const listed = (value: Json | undefined) => (Array.isArray(value) ? value.map(String) : []);
const json = (value: unknown): Json => JSON.parse(JSON.stringify(value ?? null)) as Json;
