import * as z from 'zod';
import { type AwsContext, defineTarget } from '../../../aws/services.ts';
import { claimants } from '../../../aws/tags.ts';
import { faultsOfOldKey } from '../../kms/key-use.ts';
import { distinct, exposedBy, lifeOf, listed, seatedAt, writtenTo } from '../fence/open.ts';
import type { LogPosition } from '../fence/position.ts';
import { isReplacement, surelyFound } from '../found.ts';
import type { Kind, Original } from '../kinds/kind.ts';
import { needsOf } from '../needs.ts';
import { idIn, isGoing, nameIn } from '../status.ts';
import { asSet } from './as-set.ts';

/**
 * A DB instance or cluster, by the name that clients connect to. It serves as long as anybody but the runner may get in, to the
 * original or to what this run made of it; when nobody may, what counts is who holds the name. Which member of a cluster writes
 * is AWS's to decide, and changes with each failover: it is not looked at.
 */
export const targetOf = (kind: Kind) =>
  defineTarget({
    type: kind.targetType,
    id: kind.Name,
    claim: kind.steps.claim,
    release: kind.steps.release,
    unreadable: faultsOfOldKey,
    needs: needsOf(kind),
    halt: (_target, reads) => {
      const read = readOf(kind, reads);
      return read ? [{ uses: kind.steps.fenceReplacement, with: { original: read.id, fence: read.fence } }] : [];
    },
    async observe(ctx, claimed, reads, proven, gone) {
      const read = readOf(kind, reads);
      const target = ctx.target.id;
      const originals = claimed.filter((id) => kind.idPattern.test(id));
      const { seen, id, original } = await seenWith(ctx, kind, originals.at(-1), gone);
      const holder = seen.all.find((one) => nameIn(one) === target && !isGoing(one));
      const made = seen.all.filter((one) => id !== undefined && isReplacement(one, ctx.run, id) && !isGoing(one));
      const ones = distinct([original, holder, ...made]);
      const claims = ones.flatMap((one) => claimants(one.TagList).map((run) => ({ run, on: nameIn(one) })));
      const unclaimed = [original, ...made].flatMap((one) =>
        one && !claimants(one.TagList).includes(ctx.run) ? [idIn(one)] : [],
      );
      const concerned = { original, holder, made };
      const isProven = proven.some((proof) => kind.FenceProof.safeParse(proof).success);
      const seated = await seatedAt(ctx, kind, concerned, read, { instances: seen.instances, proven: isProven });
      const written = read ? writtenTo(seated.get(read.id), provenOf(kind, proven)) : [];
      const life = await lifeOf(ctx, concerned, read, seated);
      const occupied = made.flatMap((one) => {
        const sitting = seated.get(idIn(one));
        const how = [...(sitting?.sessions ?? []), ...writtenTo(sitting, replacingOf(kind, proven, idIn(one)))];
        return how.length > 0 ? [{ id: idIn(one), how: how.join('; '), inPlace: one === holder }] : [];
      });
      const missing = [...(original ? [] : originals), ...(original || holder || made.length > 0 ? [] : [target])];
      const shape = {
        [kind.targetField]: target,
        holder: holder ? idIn(holder) : null,
        original: original ? idIn(original) : null,
        ...(original && asSet(kind, original, seen, read, ctx.run)),
      };
      const exposed = exposedBy(life, original, read, seated, written);
      return { observation: { shape, life }, claims, unclaimed, missing, exposed, occupied };
    },
    serving: ({ shape, life }) => {
      const open = listed(life['open']);
      const holder = shape['holder'];
      const named = typeof holder === 'string' ? holder : null;
      const byAccident = ['fence', 'sessions', 'dataApi'].some((how) => life[how] !== undefined);
      const on = open.length > 0 ? open : named === null ? [] : [named];
      return { running: open.length > 0, on, named, ...(byAccident && { byAccident }) };
    },
  });

function readOf(kind: Kind, reads: readonly unknown[]): Original | undefined {
  for (const read of reads) {
    const parsed = kind.Original.safeParse((read as Readonly<Record<string, unknown>> | null)?.[kind.originalField]);
    if (parsed.success) return parsed.data;
  }
  return undefined;
}

/** Where the log of the original stood, by the latest proof that says so: of its fence, or of what takes its place. */
function provenOf(kind: Kind, proven: readonly unknown[]): LogPosition | undefined {
  const proofs = z.union([kind.FenceProof, kind.PlacedVerdict]);
  for (const proof of proven) {
    const { data } = proofs.safeParse(proof);
    if (data?.position) return data.position;
  }
  return undefined;
}

/** Where the log of this replacement stood when nobody had written to it yet, by the latest verdict that says so. */
function replacingOf(kind: Kind, proven: readonly unknown[], id: string): LogPosition | undefined {
  const verdicts = z.union([kind.Verdict, kind.PlacedVerdict]);
  for (const proof of proven) {
    const { data } = verdicts.safeParse(proof);
    if (data?.replacing && data.replacement === id) return data.replacing;
  }
  return undefined;
}

/** All, with the original: of this id, or before it is known whoever has the name. What is in no answer is looked for, unless it is surely gone. */
async function seenWith(ctx: AwsContext, kind: Kind, known: string | undefined, gone: readonly string[]) {
  const first = await kind.allSeen(ctx);
  const named = first.all.find((one) => nameIn(one) === ctx.target.id);
  const id = known ?? (named && idIn(named));
  const found = first.all.find((one) => idIn(one) === id);
  if (found || id === undefined || gone.includes(id))
    return { seen: first, id, original: found && !isGoing(found) ? found : undefined };
  const original = await surelyFound(ctx, kind, id);
  return { seen: await kind.allSeen(ctx), id, original };
}
