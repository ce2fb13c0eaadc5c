import type { Facts, Scalar } from '../model/observation.ts';
import { canonicalJson } from './canonical-json.ts';
import { digestOf, factOf } from './fact.ts';
import { createReferences, type References } from './openapi-references.ts';
import { type Unreachable, unreachable } from './unreachable.ts';

export type ApiReading = { readonly kind: 'api'; readonly facts: Facts } | Unreachable;

type Json = Readonly<Record<string, unknown>>;

const methods = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace', 'query'] as const;

/** Past this the facts alone outgrow a message (64 bytes each, 256 KiB). */
const mostOperations = 2000;

/**
 * The facts of an OpenAPI 3 or Swagger 2 document: `title`, `version`, `operations` (how many), and per operation
 * a digest, e.g. `'GET /orders': '9f2c…'`. The digest covers all that the operation is made of: its own text, what its
 * path and the document say for it, and every component it refers to, however far.
 */
export function readApi(document: unknown): ApiReading {
  if (!isObject(document)) return unreadable('the body is not a JSON object');
  if (!isApi(document)) return unreadable('the document says neither openapi 3 nor swagger 2.0');
  const paths = document['paths'] ?? {};
  if (!isObject(paths)) return unreadable('"paths" is not an object');
  const references = createReferences(document);
  const operations = Object.entries(paths).flatMap(([path, item]) =>
    readPath(path, item, document, references),
  );
  if (operations.length > mostOperations) {
    return unreachable('too-large', `the document has more than ${mostOperations} operations`);
  }
  if (references.exhausted()) {
    return unreachable('too-large', 'the references of the document are too many to follow');
  }
  const info = isObject(document['info']) ? document['info'] : {};
  const facts: [string, Scalar][] = [
    ['title', factOf(info['title'])],
    ['version', factOf(info['version'])],
    ['operations', operations.length],
    ...operations,
  ];
  return { kind: 'api', facts: Object.fromEntries(facts) };
}

function readPath(
  path: string,
  written: unknown,
  document: Json,
  references: References,
): [string, Scalar][] {
  const item = isObject(written) ? resolveItem(written, references) : {};
  return methods
    .filter((method) => isObject(item[method]))
    .map((method) => {
      const operation = item[method] as Json;
      const whole = {
        operation,
        parameters: item['parameters'] ?? [],
        security: operation['security'] ?? document['security'] ?? [],
      };
      const text = canonicalJson({ ...whole, references: references.reach(whole) });
      return [`${method.toUpperCase()} ${path}`, digestOf(text)];
    });
}

/** A path may stand elsewhere in the document; which keys win is left open by the specification; here its own do. */
function resolveItem(item: Json, references: References): Json {
  const referred = typeof item['$ref'] === 'string' ? references.resolve(item['$ref']) : undefined;
  return isObject(referred) ? { ...referred, ...item } : item;
}

function isApi(document: Json): boolean {
  const { openapi, swagger } = document;
  return (typeof openapi === 'string' && /^3\./.test(openapi)) || swagger === '2.0';
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function unreadable(detail: string): Unreachable {
  return unreachable('unreadable', detail);
}
