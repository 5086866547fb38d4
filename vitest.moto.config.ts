import { defineConfig } from 'vitest/config';

// The lane of the independent clients and the independent account: moto, the AWS CLI and boto3. They take seconds to
// start, so they get time, and one file after the other.
export default defineConfig({
  test: {
    include: ['test/moto/**/*.test.ts'],
    globalSetup: ['test/moto/ready.ts'],
    // The SDK's warning about the Node version is eight lines on each client.
    env: { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' },
    testTimeout: 180_000,
    hookTimeout: 180_000,
    pool: 'forks',
    fileParallelism: false,
  },
});
