import { readFile } from 'node:fs/promises';
import { Agent, request } from 'node:http';

const instanceId = /^i-(?:[0-9a-f]{8}|[0-9a-f]{17})$/;
const answersWithinMs = 1_000;
const tokenForSeconds = '60';

/** Where to ask; what is left out is where AWS has it. */
export interface OwnInstanceOptions {
  readonly env?: NodeJS.ProcessEnv;
  /** On Nitro the firmware tells the id there (EC2 User Guide, "Detect whether a host is an EC2 instance"). */
  readonly assetTag?: string;
}

/** Tells the id of the EC2 instance that this process runs on; undefined where it runs on none, or none can be asked. Asks once. */
export function ownInstance(options: OwnInstanceOptions = {}): () => Promise<string | undefined> {
  let asked: Promise<string | undefined> | undefined;
  return () => {
    asked ??= find(options);
    return asked;
  };
}

async function find({
  env = process.env,
  assetTag = '/sys/devices/virtual/dmi/id/board_asset_tag',
}: OwnInstanceOptions): Promise<string | undefined> {
  // Not on this machine, or not for us: then the metadata service is asked.
  const told = (await readFile(assetTag, 'utf8').catch(() => '')).trim();
  if (instanceId.test(told)) return told;
  if (env['AWS_EC2_METADATA_DISABLED']?.toLowerCase() === 'true') return undefined;
  const ipv6 = env['AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE']?.toLowerCase() === 'ipv6';
  const base = env['AWS_EC2_METADATA_SERVICE_ENDPOINT'] || (ipv6 ? 'http://[fd00:ec2::254]' : 'http://169.254.169.254');
  try {
    const ttl = { 'x-aws-ec2-metadata-token-ttl-seconds': tokenForSeconds };
    const token = await ask('PUT', new URL('/latest/api/token', base), ttl);
    const id = await ask('GET', new URL('/latest/meta-data/instance-id', base), { 'x-aws-ec2-metadata-token': token });
    return instanceId.test(id) ? id : undefined;
  } catch {
    // Nobody answers there: this machine is no instance, or its service is switched off.
    return undefined;
  }
}

/** One question, by an agent of its own, which knows no proxy: the address means this machine. */
function ask(method: string, url: URL, headers: Record<string, string>): Promise<string> {
  return new Promise((resolve, reject) => {
    const call = request(url, { method, headers, agent: new Agent() }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (piece: string) => {
        text += piece;
        if (text.length > 4_096) call.destroy(new Error('too long an answer'));
      });
      response.on('error', reject);
      response.on('end', () => (response.statusCode === 200 ? resolve(text.trim()) : reject(new Error('refused'))));
    });
    const timer = setTimeout(() => call.destroy(new Error('no answer')), answersWithinMs);
    call.on('close', () => clearTimeout(timer)).on('error', reject);
    call.end();
  });
}
