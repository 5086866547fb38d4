/**
 * Where instances and clusters are treated differently, and AWS does not ask for it. Each may be a fault of one of the two; to
 * change any of these changes what is sent to AWS, or what is said.
 */
export interface Differences {
  /**
   * Instance: a role without a feature is added with `FeatureName: ''`. Cluster: without a FeatureName. One of the two may be
   * refused: what RDS makes of an empty one is not documented.
   */
  readonly sendsEmptyFeature: boolean;
  /**
   * Instance: one without an endpoint is not proven to be fenced, and that is all that is said. Cluster: its members are asked
   * whether it has an endpoint of its own or not. With an instance that is gone, "has no endpoint" misleads.
   */
  readonly isNotThereWithoutEndpoint: boolean;
  /**
   * Instance: that it was restarted is believed of any restart that the plan names. Cluster: each member has to be among those
   * restarted. A plan may name the restart of another instance, and sessions of before the fence go on.
   */
  readonly believesAnyRestart: boolean;
  /**
   * Instance: who is connected is asked once the rules of the fence are read. Cluster: beside it. When the rules can't be read,
   * an answer that rejects meanwhile is heard by nobody, and ends the process.
   */
  readonly asksBesideItsRules: boolean;
  /**
   * Instance: what is still busy is told by the name that the plan gave it. Cluster: by the name that it has. After somebody
   * has renamed it, the first one names nothing that there is.
   */
  readonly tellsGivenName: boolean;
  /**
   * Instance: security groups that are still on their way when it is judged to serve make the verdict FAILED. Cluster: they are
   * waited for. A slow change of groups ends the run of an instance with nothing deleted.
   */
  readonly waitsForGroups: boolean;
  /**
   * Instance: that it is encrypted is believed of `StorageEncrypted`. Cluster: of `StorageEncryptionType`, where that is shown.
   * The first is false also of what AWS encrypts under a key of its own, and says nothing of whose key it is.
   */
  readonly believesStorageEncrypted: boolean;
  /**
   * Instance: until its endpoint has the name that clients connect to, it is waited for. Cluster: one that has not makes the
   * verdict FAILED. A name that follows late takes the cut-over of a cluster back.
   */
  readonly waitsForItsEndpoint: boolean;
  /**
   * Instance: old and new are asked in SQL at once. Cluster: the new one when the old ones have answered. It is the slower of
   * the two, with clients kept out.
   */
  readonly asksOldAndNewAtOnce: boolean;
  /**
   * Instance: an original without an endpoint is told by its id. Cluster: a member by its name. The operator looks for names.
   */
  readonly tellsIdWithoutEndpoint: boolean;
  /**
   * Instance: it is restored with the settings of the original, and what moves with the key is left to the modification.
   * Cluster: with what moves. A setting of instances that moves and is carried by the restore would be restored unmoved.
   */
  readonly restoresWhatMoves: boolean;
  /**
   * Instance: its modification names iam:PassRole, since it sets MonitoringRoleArn. Cluster: its modification passes no role,
   * its restore does (MonitoringRoleArn, DomainIAMRoleName), and does not name the permission. A policy that is made of the
   * permissions of a cluster's steps may lack it where it is needed.
   */
  readonly modifiesWithRoles: boolean;
  /**
   * Instance: what is broken is renamed as soon as it has the name. Cluster: when its endpoints have followed, too. One whose
   * endpoints never follow is waited for until the time is up.
   */
  readonly brokenNeedsNoEndpoint: boolean;
  /**
   * Instance: a rename that shows as pending is compared like any change that waits. Cluster: it is left out, since each rename
   * looks for itself whose it is. A look in the middle of our own rename of an instance may be taken for drift.
   */
  readonly seesItsRename: boolean;
}

/*
 * Differences that stand in a table, a schema or a sentence, and have no property here:
 *
 * - `AwsBackupRecoveryPointArn` (`carry/`). Instance: carried by hand, refused unless the plan accepts it. Cluster: `identity`,
 *   so it is lost without a word.
 * - An activity stream (`carry/`, `read/refusals.ts`). Instance: refused unless accepted. Cluster: always refused.
 * - `DomainMemberships` (`carry/`). Instance: a directory of one's own is carried (FQDN, secret, DNS). Cluster: only one of
 *   AWS's. What Aurora shows of the other would be restored without it.
 * - What is carried by hand (`read/refusals.ts`). Instance: looked for. Cluster and members: never; no row of theirs says so.
 * - `tell` of what belongs to the one thing (`carry/`, `read/announce.ts`). Instance: never told. Cluster: of two attributes.
 * - Zero-ETL integrations (`read/refusals-around.ts`). Instance: not looked for, although RDS for MySQL and PostgreSQL can have
 *   them, too: one would stay with the original. Cluster: refused.
 * - A master password that RDS manages, and read replicas (`read/`). Instance: handed over, made anew. Cluster: refused.
 * - `storage-full` (`read/refusals.ts`). Instance: with its way out. Cluster and members: "wait until it is available".
 * - A key that is not the plan's (`read/refusals.ts`). Instance: "no key" also of what AWS encrypts under a key of its own.
 *   Cluster: says that it is AWS's.
 * - The name that an original would get (`read/`). Instance: looked for in one look at all. Cluster: one look a name, one after
 *   the other, so that a name may be taken meanwhile.
 * - Performance Insights and Enhanced Monitoring (`read/announce.ts`). Instance: told "under the new key", and by what AWS shows.
 *   Cluster: without the key, and by the settings of its members.
 * - `letThrough` of a verdict (`domain.ts`). Instance: may be missing, then the rules of the fence are not looked at before a
 *   delete. Cluster: required, so that a run of an earlier release can't go on.
 */
