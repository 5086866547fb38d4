import type { AwsContext } from '../../../aws/services.ts';
import type { DatabaseAddress } from '../../../contract/databases.ts';
import type { Refusals } from '../../refusals.ts';
import type { AcceptedOfDatabase } from '../domain.ts';
import { askable } from '../fence/sessions.ts';

/** Behind the fence the database itself has to say that nobody is connected: what would keep it from that is better known before. */
export async function refuseSilence(
  ctx: AwsContext,
  at: DatabaseAddress,
  refusals: Refusals<AcceptedOfDatabase>,
): Promise<void> {
  const { hopeless, doubt } = await askable(ctx, at);
  if (hopeless !== undefined)
    refusals.refuse(
      `${at.host} can't be asked who is connected: ${hopeless}`,
      at.secret === undefined
        ? 'set REKEY_DB_USER and REKEY_DB_PASSWORD, of somebody who sees all sessions (pg_monitor, PROCESS)'
        : 'let it be the login of somebody who sees all sessions (pg_monitor, PROCESS), and this runner read it',
    );
  if (doubt !== undefined)
    ctx.announce(
      `${doubt}. If that is because it does not let this runner in, see that the fence does: without an answer the cut-over is taken back`,
    );
}
