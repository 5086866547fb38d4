import pLimit from 'p-limit';
import { classify } from '../aws/outage.ts';
import type { AwsServices } from '../aws/services.ts';
import { createSettleHub } from '../aws/settle-hub.ts';
import type { Ports } from '../engine/ports.ts';
import { processesHere } from '../journal/processes.ts';
import { registry } from '../steps/registry.ts';

/** What differs from run to run of what the engine is given; what can be left out is as AWS and this machine have it. */
export type PortsOf = Pick<
  Ports<AwsServices>,
  'aws' | 'clock' | 'journal' | 'emit' | 'signal' | 'wait' | 'replaceClaim'
> &
  Partial<Pick<Ports<AwsServices>, 'registry' | 'processes'>> & {
    /** How many of each slot the account has, in place of AWS's own. */
    readonly slots?: { readonly [name: string]: number };
  };

// AWS allows this many at a time in an account and region (facts §6.3).
const slotsOfAws = { 'snapshot-copies': 20, 'database-snapshot-copies': 20 };

/** The one place where what a run needs from outside is put together. */
export function createPorts({ slots, ...of }: PortsOf): Ports<AwsServices> {
  const { aws, clock } = of;
  return {
    registry,
    processes: processesHere,
    remoteNow: () => aws.time.now(),
    platformTime: () => aws.time.latest,
    turns: aws.turns,
    settle: createSettleHub(clock),
    classify,
    slots: Object.fromEntries(Object.entries({ ...slotsOfAws, ...slots }).map(([name, many]) => [name, pLimit(many)])),
    ...of,
  };
}
