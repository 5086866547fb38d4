import { entry } from './entry.ts';

/** Errors of the platform as a whole. */
export const awsErrors = {
  'aws-stopped': entry({
    title: 'AWS does not let this process go on',
    exit: 1,
    message: (p: { code: string; message: string }) => `AWS answered ${p.code}: ${p.message}`,
    hint: () => 'refresh the credentials (AWS_PROFILE, SSO login, role) and resume; nothing was undone meanwhile',
  }),
};
