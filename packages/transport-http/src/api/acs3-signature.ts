import { sha256Hex } from '@postern/core';
import type { ApiRequest } from './api-request.js';

/** An access key of Alibaba Cloud. */
export interface AcsAccessKey {
  readonly accessKeyId: string;
  readonly accessKeySecret: string;
  /** For temporary credentials. */
  readonly securityToken?: string | undefined;
}

const encoder = new TextEncoder();

async function hmacHex(secret: string, text: string): Promise<string> {
  const algorithm = { name: 'HMAC', hash: 'SHA-256' };
  const key = await crypto.subtle.importKey('raw', encoder.encode(secret), algorithm, false, ['sign']);
  const mac = new Uint8Array(await crypto.subtle.sign('HMAC', key, encoder.encode(text)));
  return Array.from(mac, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/**
 * Signs a request to Alibaba Cloud with ACS3-HMAC-SHA256
 * (https://www.alibabacloud.com/help/en/sdk/product-overview/v3-request-structure-and-signature). The path must be `/`.
 */
export async function signAcs3(
  request: ApiRequest,
  url: string,
  now: number,
  { accessKeyId, accessKeySecret, securityToken }: AcsAccessKey,
): Promise<ApiRequest> {
  const bodyHash = await sha256Hex(typeof request.body === 'string' ? request.body : '');
  const headers = {
    ...request.headers,
    'x-acs-content-sha256': bodyHash,
    'x-acs-date': new Date(now).toISOString().replace(/\.\d+/, ''),
    'x-acs-signature-nonce': crypto.randomUUID(),
    ...(securityToken && { 'x-acs-accesskey-id': accessKeyId, 'x-acs-security-token': securityToken }),
  };
  const signed = Object.entries({ ...headers, host: new URL(url).host })
    .map(([name, value]) => [name.toLowerCase(), value.trim()] as const)
    .filter(([name]) => name === 'host' || name === 'content-type' || name.startsWith('x-acs-'))
    .sort(([a], [b]) => (a < b ? -1 : 1));
  const names = signed.map(([name]) => name).join(';');
  const fields = signed.map(([name, value]) => `${name}:${value}\n`).join('');
  const canonical = `${request.method}\n/\n\n${fields}\n${names}\n${bodyHash}`;
  const signature = await hmacHex(accessKeySecret, `ACS3-HMAC-SHA256\n${await sha256Hex(canonical)}`);
  const authorization = `ACS3-HMAC-SHA256 Credential=${accessKeyId},SignedHeaders=${names},Signature=${signature}`;
  return { ...request, headers: { ...headers, Authorization: authorization } };
}
