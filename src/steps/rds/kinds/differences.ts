/**
 * Where instances and clusters are treated differently, and AWS does not ask for it. Each may be a fault of one of the two; a
 * change of any of these changes what is sent to AWS or said.
 */
export interface Differences {
  /**
   * Instance: a role without a feature is added with `FeatureName: ''`. Cluster: without a FeatureName. One of the two may be
   * refused: RDS takes a role without a feature of clusters alone, and what it makes of an empty one is not documented.
   */
  readonly sendsEmptyFeature: boolean;
}
