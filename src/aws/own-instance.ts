import { readFile } from 'node:fs/promises';
import { Agent, request } from 'node:http';

const instanceId = /^i-(?:[0-9a-f]{8}|[0-9a-f]{17})$/;
const answersWithinMs = 1_000;
const tokenForSeconds = '60';
const notForUs = ['ENOENT', 'ENOTDIR', 'EACCES', 'EPERM'];

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
  const told = await tagIn(assetTag);
  if (instanceId.test(told)) return told;
  if (env['AWS_EC2_METADATA_DISABLED']?.toLowerCase() === 'true') return undefined;
  const ipv6 = env['AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE']?.toLowerCase() === 'ipv6';
  const base = env['AWS_EC2_METADATA_SERVICE_ENDPOINT'] || (ipv6 ? 'http://[fd00:ec2::254]' : 'http://169.254.169.254');
  if (!URL.canParse(base)) return undefined;
  const ttl = { 'x-aws-ec2-metadata-token-ttl-seconds': tokenForSeconds };
  const token = await ask('PUT', new URL('/latest/api/token', base), ttl);
  // This machine is no instance, or its service is switched off.
  if (token === undefined) return undefined;
  const id = await ask('GET', new URL('/latest/meta-data/instance-id', base), { 'x-aws-ec2-metadata-token': token });
  return id !== undefined && instanceId.test(id) ? id : undefined;
}

/** What the firmware tells; nothing on a machine without such a file, or where it is not for us to read. */
async function tagIn(file: string): Promise<string> {
  try {
    return (await readFile(file, 'utf8')).trim();
  } catch (error) {
    if (!notForUs.includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    return '';
  }
}

/** One question, by an agent of its own, which knows no proxy: the address means this machine. Undefined without an answer in time. */
function ask(method: string, url: URL, headers: Record<string, string>): Promise<string | undefined> {
  return new Promise((resolve) => {
    const call = request(url, { method, headers, agent: new Agent() }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (piece: string) => {
        text += piece;
        if (text.length > 4_096) call.destroy();
      });
      response.on('error', () => resolve(undefined));
      response.on('end', () => resolve(response.statusCode === 200 ? text.trim() : undefined));
    });
    const late = setTimeout(() => call.destroy(), answersWithinMs);
    // Also what is late or too long ends with it.
    call
      .on('error', () => resolve(undefined))
      .on('close', () => {
        clearTimeout(late);
        resolve(undefined);
      });
    call.end();
  });
}
