import { oneOf, SettingProblem } from '../config/settings.ts';
import { formatByteSize } from '../model/byte-size.ts';
import type { Facts, Observation, Scalar } from '../model/observation.ts';
import { digestOf, factOf, parseJson } from './fact.ts';
import { exchange } from './http-exchange.ts';
import { type HttpAnswer, type HttpMethod, measuresOf } from './http-message.ts';
import { groupOf, resourceOf } from './http-url.ts';
import { jsonPointer, resolvePointer } from './json-pointer.ts';
import type { ObserverKind, ObserverSettings } from './observer.ts';
import {
  headerProblem,
  isHeaderName,
  type RequestSettings,
  requestOf,
  requestSettings,
} from './request-settings.ts';
import { unreachable } from './unreachable.ts';

interface HttpSettings extends RequestSettings {
  readonly method: HttpMethod;
  readonly headers: readonly string[];
  /** Pointers by the name of their fact. */
  readonly json: Readonly<Record<string, string>>;
  readonly body: 'none' | 'hash';
}

/** One HTTP request: its status, chosen headers, and what its body says, as facts; its latency as a measure. */
export const http: ObserverKind = {
  kind: 'http',
  settings: {
    ...requestSettings(1024 * 1024),
    method: {
      read: oneOf('GET', 'HEAD', 'OPTIONS', 'POST'),
      doc: 'The request method. POST is sent without a body.',
      example: 'HEAD',
      fallback: 'GET',
    },
    headers: {
      read: responseHeader,
      doc: 'Response headers that are facts, named header.<name>.',
      example: 'server, cache-control',
      list: true,
      fallback: [],
    },
    'json.*': {
      read: jsonPointer(),
      doc: 'A fact from a JSON body. Without any, a scalar at /version is the fact "version".',
      example: 'json.version = /version',
    },
    body: {
      read: oneOf('none', 'hash'),
      doc: 'With hash, the digest of the body is the fact "body".',
      example: 'hash',
      fallback: 'none',
    },
  },
  shorthand: {
    key: 'url',
    example: 'https://shop.example.com/health',
    every: '30s',
    expect: ({ status }) => ({ status: String(status) }),
  },
  resource: (settings) => resourceOf(httpSettings(settings).url),
  group: (settings) => groupOf(httpSettings(settings).url),

  check(settings) {
    const { method, json, headers, body } = httpSettings(settings);
    const taken = new Set([
      'status',
      ...headers.map((name) => `header.${name}`),
      ...(body === 'hash' ? ['body'] : []),
    ]);
    const twice = Object.keys(json).find((name) => taken.has(name));
    if (twice !== undefined) return `"json.${twice}" has the name of another fact; choose a different one`;
    if (method === 'HEAD' && (body === 'hash' || Object.keys(json).length > 0)) {
      return 'the answer to HEAD has no body to take facts from; use method = GET';
    }
    return headerProblem(settings);
  },

  async observe(settings, options): Promise<Observation> {
    const seen = { resource: http.resource(settings), time: options.now() };
    const wanted = httpSettings(settings);
    const answer = await exchange(requestOf(settings, wanted.method), options);
    if (answer.kind === 'unreachable') return { ...seen, outcome: answer, facts: {}, measures: {} };
    const measures = measuresOf(answer);
    if (!answer.body && (wanted.body === 'hash' || Object.keys(wanted.json).length > 0)) {
      const outcome = unreachable(
        'too-large',
        `the body is larger than ${formatByteSize(wanted.max_body)} (max_body)`,
      );
      return { ...seen, outcome, facts: {}, measures };
    }
    return { ...seen, outcome: { kind: 'observed' }, facts: factsOf(answer, wanted), measures };
  },
};

function factsOf(answer: HttpAnswer, wanted: HttpSettings): Facts {
  const facts: [string, Scalar][] = [['status', answer.status], ...jsonFacts(answer, wanted)];
  for (const name of wanted.headers) {
    const value = answer.headers[name];
    facts.push([`header.${name}`, factOf(Array.isArray(value) ? value.join(', ') : value)]);
  }
  if (wanted.body === 'hash' && answer.body) facts.push(['body', digestOf(answer.body)]);
  // From entries, not by assignment: a fact may be called __proto__.
  return Object.fromEntries(facts);
}

/** What was asked for is always there, null when the body has no such part; what was not, only when it is. */
function jsonFacts({ body }: HttpAnswer, { json }: HttpSettings): [string, Scalar][] {
  const document = parseJson(body);
  const asked = Object.entries(json);
  if (asked.length > 0)
    return asked.map(([name, pointer]) => [name, factOf(resolvePointer(document, pointer))]);
  const version = Array.isArray(document) ? undefined : resolvePointer(document, '/version');
  return version === undefined || typeof version === 'object' ? [] : [['version', factOf(version)]];
}

function httpSettings(settings: ObserverSettings): HttpSettings {
  return settings as unknown as HttpSettings;
}

function responseHeader(written: string): string {
  if (!isHeaderName(written)) throw new SettingProblem(`must be names of headers, not "${written}"`);
  return written.toLowerCase();
}
