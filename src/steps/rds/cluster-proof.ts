import type { AwsContext } from '../../aws/services.ts';
import type { Proof } from '../../contract/step.ts';
import type { FinalClusterVerdict } from './cluster-domain.ts';
import { isWriter, membersOf } from './cluster-found.ts';
import { proofAbout } from './proof.ts';
import { isUsable } from './status.ts';

/** What speaks against deleting the original cluster, or any member of it, now, as AWS shows both at this moment. */
export async function faultsOfClusterProof(ctx: AwsContext, verdict: FinalClusterVerdict): Promise<Proof> {
  const { sight } = ctx.aws;
  const [original, replacement, all] = await Promise.all([
    sight.cluster(verdict.original),
    sight.cluster(verdict.replacement),
    sight.databases(),
  ]);
  const proof = await proofAbout(ctx, verdict, original, replacement);
  if (!replacement) return proof;
  const writer = membersOf(replacement, all).find((one) => isWriter(replacement, one));
  if (writer && isUsable(writer)) return proof;
  const why = writer
    ? `the writer ${writer.DBInstanceIdentifier} of the replacement is ${writer.DBInstanceStatus}`
    : `replacement ${verdict.replacement} has no writer`;
  return { ...proof, findings: [...proof.findings, why] };
}
