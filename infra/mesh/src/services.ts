// The services of the mesh as child processes: which there are, where they listen, and what their environment says.
import path from 'node:path';
import { claimFreePort, nodeBinary, workspaceRoot, type ChildSpec } from '@tideway/embedded';
import type { Targets } from '@tideway/simulator';
import { hashedKey, verificationKey, type Secrets } from './secrets.js';

export const SERVICES = ['web', 'sessions', 'crm', 'email', 'paid-media', 'warehouse', 'customer', 'segments', 'personalization'] as const;
export type ServiceName = (typeof SERVICES)[number];

const READY_TIMEOUT_MS = 120_000;
/** Compiled modules of services: a start takes 0.2 s less of the processor, of 1.3 s for modules. */
const COMPILE_CACHE = path.join(workspaceRoot, '.tideway/compile-cache');

/** The variable that says a service's port. */
export const portVariable = (name: ServiceName): string => `TIDEWAY_${name.toUpperCase().replaceAll('-', '_')}_PORT`;

/** Further processes of a domain's service; others have a folder `services/<name>`. */
const PART_OF: Partial<Record<ServiceName, string>> = { sessions: 'services/web' };

/** A built file of a service, `main.js` or `config.js`, relative to the workspace. */
export function builtFile(name: ServiceName, file: 'main.js' | 'config.js'): string {
  return PART_OF[name] ? `${PART_OF[name]}/dist/${name}/${file}` : `services/${name}/dist/${file}`;
}

/** Ports: TIDEWAY_WEB_PORT and so on, else free ones, which no other mesh takes while a service of this one is being started again. */
export async function choosePorts(): Promise<Record<ServiceName, number>> {
  const ports = await Promise.all(SERVICES.map(async (name) => {
    const wanted = process.env[portVariable(name)];
    return [name, wanted ? Number(wanted) : await claimFreePort()] as const;
  }));
  return Object.fromEntries(ports) as Record<ServiceName, number>;
}

export const urlOf = (port: number) => `http://127.0.0.1:${port}`;

/** What each service needs beyond the platform's addresses, by the keys of a mesh and the ports where it is reached. */
export function ownEnvironment(name: ServiceName, secrets: Secrets, ports: Record<ServiceName, number>): Record<string, string> {
  const quarantine = { QUARANTINE_KEYS: hashedKey('operator', secrets.quarantineKey) };
  switch (name) {
    case 'web':
      return {
        ...quarantine,
        WEB_WRITE_KEYS: hashedKey('shop', secrets.webWriteKey),
        WEB_GA4_API_SECRETS: hashedKey('shop', secrets.webWriteKey),
        WEB_SNOWPLOW_APP_IDS: 'shop',
      };
    case 'crm':
      return {
        ...quarantine,
        HUBSPOT_CLIENT_SECRET: secrets.hubspotSecret,
        HUBSPOT_WEBHOOK_URL: hubspotWebhookUrl(ports.crm),
        CRM_IMPORT_KEYS: hashedKey('import', secrets.crmImportKey),
      };
    case 'email':
      return {
        ...quarantine,
        ...Object.fromEntries(['POSTMARK', 'BREVO', 'MAILJET', 'SPARKPOST'].map((platform) => [`${platform}_WEBHOOK_KEYS`, hashedKey('shop', secrets.emailWebhookPassword)])),
        SENDGRID_VERIFICATION_KEYS: `shop:${verificationKey(secrets.sendgridKey)}`,
      };
    case 'paid-media':
      return {
        ...quarantine,
        PAID_MEDIA_KEYS: hashedKey('reports', secrets.paidMediaKey),
        META_APP_SECRET: secrets.metaAppSecret,
        META_VERIFY_TOKEN: secrets.metaVerifyToken,
      };
    case 'warehouse':
      return quarantine;
    case 'segments':
      return Object.fromEntries(['READER', 'EXPORTER', 'AUTHOR'].map((role) => [`SEGMENTS_${role}_KEYS`, hashedKey('operator', secrets.segmentsKey)]));
    case 'personalization':
      return { PERSONALIZATION_API_KEYS: hashedKey('demo', secrets.apiKey) };
    default:
      return {};
  }
}

/** Where native requests go: the services' addresses, which a proxy may stand before, and their keys. */
export function requestTargets(url: (name: ServiceName) => string, secrets: Secrets, ports: Record<ServiceName, number>): Required<Targets> {
  const { webWriteKey, hubspotSecret, crmImportKey, sendgridKey, paidMediaKey } = secrets;
  return {
    webUrl: url('web'), webWriteKey, crmUrl: url('crm'), hubspotSecret, hubspotWebhookUrl: hubspotWebhookUrl(ports.crm), crmImportKey,
    emailUrl: url('email'), sendgridKey, paidMediaUrl: url('paid-media'), paidMediaKey,
  };
}

/** The URL that HubSpot would be given, and signs. */
export function hubspotWebhookUrl(port: number): string {
  return `${urlOf(port)}/webhooks/hubspot`;
}

/** One service as a supervised child; `instance` above 1 is a further one of the same service, on a free port. */
export function serviceChild(name: ServiceName, options: { env: Record<string, string>; secrets: Secrets; ports: Record<ServiceName, number>; logs: string; instance?: number }): ChildSpec {
  const { env, secrets, ports, logs, instance = 1 } = options;
  const port = instance === 1 ? ports[name] : 0;
  const child = instance === 1 ? name : `${name}-${instance}`;
  return {
    name: child,
    command: nodeBinary(),
    args: [path.join(workspaceRoot, builtFile(name, 'main.js'))],
    // Of this process' children: another mesh may be at work on the same cluster.
    env: { LOG_LEVEL: 'info', NODE_COMPILE_CACHE: COMPILE_CACHE, KAFKA_GROUP_INSTANCE_ID: `${child}-${process.pid}`, ...process.env, ...env, ...ownEnvironment(name, secrets, ports), PORT: String(port) },
    logFile: path.join(logs, `${child}.log`),
    readyTimeoutMs: READY_TIMEOUT_MS,
    ...(port > 0 ? { probe: () => answers(`${urlOf(port)}/health/ready`) } : {}),
  };
}

async function answers(url: string): Promise<boolean> {
  try {
    return (await fetch(url, { signal: AbortSignal.timeout(2_000) })).ok;
  } catch {
    return false;
  }
}
