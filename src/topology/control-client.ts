import { request as httpRequest } from 'node:http';
import { messageOf, PolarError } from '../model/errors.ts';
import { findHolder } from './lock.ts';

export interface FoundNode {
  readonly pid: number;
  readonly startedAt: number;
  readonly controlSocket: string;
  readonly gatewaySocket: string;
}

/** The node that runs on the project; undefined when there is none. */
export function findNode(project: { readonly dataDir: string }): FoundNode | undefined {
  return findHolder(project.dataDir);
}

export interface ControlAnswer {
  readonly status: number;
  readonly body: unknown;
}

/** One request over a unix socket. @throws node.not-running, io.failed past `timeoutMs` */
export function request(
  socketPath: string,
  method: string,
  path: string,
  body?: Buffer | string,
  timeoutMs = 60_000,
): Promise<ControlAnswer> {
  return new Promise((resolve, reject) => {
    const fail = (cause: unknown) => {
      const code = (cause as NodeJS.ErrnoException).code;
      const isGone = code === 'ENOENT' || code === 'ECONNREFUSED' || code === 'ECONNRESET';
      const message = isGone ? 'The node does not answer.' : `The node does not answer: ${messageOf(cause)}`;
      const hint = 'See whether it runs with: polar-zmanager status';
      reject(new PolarError(isGone ? 'node.not-running' : 'io.failed', message, { cause, hint }));
    };
    const headers = {
      'content-type': 'application/json',
      ...(body !== undefined && { 'content-length': Buffer.byteLength(body) }),
    };
    const outgoing = httpRequest({ socketPath, method, path, headers, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', fail);
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString();
        try {
          resolve({ status: response.statusCode ?? 0, body: text === '' ? undefined : JSON.parse(text) });
        } catch (cause) {
          fail(cause);
        }
      });
    });
    outgoing.setTimeout(timeoutMs, () => outgoing.destroy(new Error(`no answer within ${timeoutMs} ms`)));
    outgoing.on('error', fail);
    outgoing.end(body);
  });
}
