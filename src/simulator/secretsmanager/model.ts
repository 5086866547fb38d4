/** The staging labels of Secrets Manager. */
export type Label = 'AWSCURRENT' | 'AWSPENDING' | 'AWSPREVIOUS';

/** One version of a secret. */
export interface Version {
  readonly id: string;
  readonly password: string;
  readonly created: number;
}

/** The login of one user of a database. */
export interface Secret {
  readonly arn: string;
  readonly name: string;
  readonly keyArn: string;
  readonly user: string;
  /** What is in it besides the login. */
  readonly about: Readonly<Record<string, string | number>>;
  readonly versions: Map<Label, Version>;
}
