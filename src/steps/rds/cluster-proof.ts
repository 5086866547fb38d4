import { printable } from '../../aws/printable.ts';
import type { AwsContext } from '../../aws/services.ts';
import type { Proof } from '../../contract/step.ts';
import { clusterSettings } from './carry-cluster.ts';
import type { FinalClusterVerdict } from './cluster-domain.ts';
import { isWriter, membersOf } from './cluster-found.ts';
import { customEndpointsOf } from './endpoints.ts';
import { lastDifferences, proofAbout } from './proof.ts';
import { isUsable, nameIn } from './status.ts';

/** What speaks against deleting the original cluster, or any member of it, now, as AWS shows both at this moment. */
export async function faultsOfClusterProof(ctx: AwsContext, verdict: FinalClusterVerdict): Promise<Proof> {
  const { sight } = ctx.aws;
  const [original, replacement, all, endpoints] = await Promise.all([
    sight.cluster(verdict.original),
    sight.cluster(verdict.replacement),
    sight.databases(),
    sight.clusterEndpoints(),
  ]);
  if (original && replacement) {
    const [was, is] = [clusterSettings(original), clusterSettings(replacement)];
    for (const told of lastDifferences([nameIn(original), was], [nameIn(replacement), is])) ctx.announce(told);
  }
  const about = await proofAbout(ctx, verdict, original, replacement);
  // Its own were taken off before the new cluster got them: whoever makes another one reckons with it.
  const made = original ? customEndpointsOf(original, endpoints) : [];
  const lost = made.map(
    ({ DBClusterEndpointIdentifier: id }) =>
      `original ${verdict.original} has got a custom endpoint, ${printable(id ?? '', 63)}: make it on ${verdict.name} and delete it here`,
  );
  const proof = { ...about, findings: [...about.findings, ...lost] };
  if (!replacement) return proof;
  const writer = membersOf(replacement, all).find((one) => isWriter(replacement, one));
  if (writer && isUsable(writer)) return proof;
  const why = writer
    ? `the writer ${writer.DBInstanceIdentifier} of the replacement is ${writer.DBInstanceStatus}`
    : `replacement ${verdict.replacement} has no writer`;
  return { ...proof, findings: [...proof.findings, why] };
}
