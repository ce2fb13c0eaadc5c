import { formatByteSize } from '../model/byte-size.ts';
import type { Observation } from '../model/observation.ts';
import { parseJson } from './fact.ts';
import { exchange } from './http-exchange.ts';
import { type HttpAnswer, measuresOf } from './http-message.ts';
import { groupOf, resourceOf } from './http-url.ts';
import type { ObserverKind, ObserverSettings } from './observer.ts';
import { type ApiReading, readApi } from './openapi-document.ts';
import { headerProblem, type RequestSettings, requestOf, requestSettings } from './request-settings.ts';
import { unreachable } from './unreachable.ts';

/** An API by its own description: which operations there are, and a digest of each, so that a change is seen. */
export const openapi: ObserverKind = {
  kind: 'openapi',
  settings: requestSettings(4 * 1024 * 1024),
  shorthand: {
    key: 'url',
    example: 'https://shop.example.com/openapi.json',
    every: '30s',
    expect: () => ({}),
  },
  resource: (settings) => resourceOf(openapiSettings(settings).url),
  group: (settings) => groupOf(openapiSettings(settings).url),
  check: headerProblem,

  async observe(settings, options): Promise<Observation> {
    const seen = { resource: openapi.resource(settings), time: options.now() };
    const answer = await exchange(requestOf(settings, 'GET'), options);
    if (answer.kind === 'unreachable') return { ...seen, outcome: answer, facts: {}, measures: {} };
    const reading = readAnswer(answer, openapiSettings(settings).max_body);
    return reading.kind === 'api'
      ? { ...seen, outcome: { kind: 'observed' }, facts: reading.facts, measures: measuresOf(answer) }
      : { ...seen, outcome: reading, facts: {}, measures: measuresOf(answer) };
  },
};

function readAnswer({ status, body }: HttpAnswer, maxBodyBytes: number): ApiReading {
  if (status < 200 || status > 299)
    return unreachable('unreadable', `status ${status} instead of a document`);
  if (!body) {
    return unreachable('too-large', `the document is larger than ${formatByteSize(maxBodyBytes)} (max_body)`);
  }
  return readApi(parseJson(body));
}

function openapiSettings(settings: ObserverSettings): RequestSettings {
  return settings as unknown as RequestSettings;
}
