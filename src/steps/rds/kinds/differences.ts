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
   * Instance: while it is not `deleting` a delete counts as not sent. Cluster: its final snapshot, while it is being taken,
   * counts as the delete. An instance that stays `available` meanwhile is asked to go twice.
   */
  readonly looksForItsFinalSnapshot: boolean;
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
   * Instance: the permissions of its modification name iam:PassRole. Cluster: none does, and its restore passes roles, too
   * (MonitoringRoleArn, DomainIAMRoleName). A policy made of the permissions of a cluster's steps lacks it.
   */
  readonly modifiesWithRoles: boolean;
  /**
   * Instance: what is broken is renamed as soon as it has the name. Cluster: when its endpoints have followed, too. One whose
   * endpoints never follow is waited for until the time is up.
   */
  readonly brokenNeedsNoEndpoint: boolean;
  /**
   * Instance: a rename of its own that is under way counts as a change that waits. Cluster: it does not. Somebody's rename of an
   * original instance is drift twice over, and our own has to be expected while it shows.
   */
  readonly seesItsRename: boolean;
}
