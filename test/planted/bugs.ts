import { appBugs } from './app-bugs.ts';
import { callBugs } from './call-bugs.ts';
import { claimBugs } from './claim-bugs.ts';
import { cliBugs } from './cli-bugs.ts';
import { cutOverBugs } from './cut-over-bugs.ts';
import { journalBugs } from './journal-bugs.ts';
import { judgeBugs } from './judge-bugs.ts';
import { lastCopyBugs } from './last-copy-bugs.ts';
import { oracleBugs } from './oracle-bugs.ts';
import type { PlantedBug } from './planted-bug.ts';
import { rdsBugs } from './rds-bugs.ts';
import { rdsCarryBugs } from './rds-carry-bugs.ts';
import { rdsChangedBugs } from './rds-changed-bugs.ts';
import { rdsLogBugs } from './rds-log-bugs.ts';
import { rdsTrailBugs } from './rds-trail-bugs.ts';
import { readBugs } from './read-bugs.ts';
import { reportBugs } from './report-bugs.ts';
import { stepBugs } from './step-bugs.ts';
import { surroundingsBugs } from './surroundings-bugs.ts';
import { wayBackBugs } from './way-back-bugs.ts';

/** What could go wrong in this program and cost data, sleep or money. Planted one at a time. */
export const bugs: readonly PlantedBug[] = [
  ...journalBugs,
  ...cutOverBugs,
  ...claimBugs,
  ...appBugs,
  ...wayBackBugs,
  ...stepBugs,
  ...callBugs,
  ...rdsBugs,
  ...rdsCarryBugs,
  ...rdsLogBugs,
  ...rdsTrailBugs,
  ...rdsChangedBugs,
  ...judgeBugs,
  ...oracleBugs,
  ...lastCopyBugs,
  ...surroundingsBugs,
  ...cliBugs,
  ...reportBugs,
  ...readBugs,
];
