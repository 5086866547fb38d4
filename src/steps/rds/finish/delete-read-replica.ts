import * as z from 'zod';
import { type AwsContext, defineEffect } from '../../../aws/services.ts';
import type { Proof } from '../../../contract/step.ts';
import { settleWithinMs } from '../../deadlines.ts';
import { DatabaseId, ReplicaVerdict } from '../domain.ts';
import { nameOf } from '../found.ts';
import { instances } from '../kinds/instance.ts';
import { isReplicating } from '../read/read-replicas.ts';
import { isGoing, isUsable } from '../status.ts';

/** Deletes a read replica of the original, by the verdict about it and the replica that has its name now. It held no data of its own. */
export const deleteReadReplica = defineEffect({
  type: 'rds.delete-read-replica',
  hazard: 'destructive',
  call: 'rds:DeleteDBInstance',
  repeat: 'convergent',
  settleWithinMs: settleWithinMs.database,
  permissions: ['rds:DeleteDBInstance', 'rds:DescribeDBInstances'],
  input: z.strictObject({ verdict: ReplicaVerdict }),
  output: z.strictObject({ database: DatabaseId }),
  title: (input) => `delete read replica ${input.verdict.original} of the original`,
  async look(ctx, { verdict }) {
    const instance = await ctx.aws.sight.database(verdict.original);
    const output = { database: verdict.original };
    if (!instance) return { is: 'done', output };
    return isGoing(instance) ? { is: 'pending', output } : { is: 'absent' };
  },
  async run(ctx, { verdict }) {
    await ctx.aws.rds.deleteDBInstance({
      DBInstanceIdentifier: nameOf(ctx, instances, verdict.original),
      // RDS takes none of a replica.
      SkipFinalSnapshot: true,
      DeleteAutomatedBackups: true,
    });
    return undefined;
  },
  undo: 'impossible',
  verdict: (input) => input.verdict,
  deletes: (input) => input.verdict.original,
  prove: (ctx, { verdict }) => faultsOfProof(ctx, verdict),
});

async function faultsOfProof(ctx: AwsContext, verdict: ReplicaVerdict): Promise<Proof> {
  const all = await ctx.aws.sight.databases();
  const of = (id: string) => all.find((one) => one.DbiResourceId === id);
  const [old, made, source] = [of(verdict.original), of(verdict.replacement), of(verdict.source)];
  const findings: string[] = [];
  if (verdict.status !== 'SUCCESSFUL') findings.push(`the verdict is ${verdict.status}`);
  if (!old) findings.push(`replica ${verdict.original} is not there`);
  // Promoted, it is an instance of its own, and somebody may have written to it.
  else if (old.ReadReplicaSourceDBInstanceIdentifier === undefined)
    findings.push(`${old.DBInstanceIdentifier} is no replica any more: it may hold what nothing else does`);
  if (old && old.DBInstanceIdentifier === verdict.name)
    findings.push(`${verdict.original} holds the name ${verdict.name} again`);
  if (!made) return { findings: [...findings, `replica ${verdict.replacement} is not there`] };
  const name = made.DBInstanceIdentifier ?? '';
  if (name !== verdict.name) findings.push(`replica ${verdict.replacement} is named ${name}, not ${verdict.name}`);
  if (made.KmsKeyId !== verdict.key)
    findings.push(`replica ${name} is under ${made.KmsKeyId ?? 'no key'}, not under ${verdict.key}`);
  if (!source || made.ReadReplicaSourceDBInstanceIdentifier !== source.DBInstanceIdentifier)
    findings.push(
      `${name} is a replica of ${made.ReadReplicaSourceDBInstanceIdentifier ?? 'nothing'}, not of ${verdict.source}`,
    );
  if (!isUsable(made)) findings.push(`replica ${name} is ${made.DBInstanceStatus}`);
  else if (!isReplicating(made)) findings.push(`replica ${name} does not replicate`);
  return { findings };
}
