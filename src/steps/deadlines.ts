const minute = 60_000;

/** How long an effect may take to settle, in ms, from what AWS publishes (facts §6.6) with room to spare. */
export const settleWithinMs = {
  tags: 5 * minute,
  attachment: 15 * minute,
  statusChecks: 20 * minute,
  instanceState: 30 * minute,
  volume: 60 * minute,
  snapshot: 48 * 60 * minute,
  /** Without a step forward: of a large volume one percent can take hours. */
  initialisation: 24 * 60 * minute,
  sessions: 15 * minute,
  databaseChange: 60 * minute,
  database: 24 * 60 * minute,
} as const;
