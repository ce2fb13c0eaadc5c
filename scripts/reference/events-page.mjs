import { readdirSync, readFileSync } from 'node:fs';
import { table } from './table.mjs';

const folder = new URL('../../docs/events/', import.meta.url);

/** docs/events/reference.md, from the JSON Schemas beside it. */
export function eventsPage() {
  const names = readdirSync(folder).filter((name) => name.endsWith('.schema.json'));
  const sections = names
    .sort()
    .map((name) => sectionOf(name, JSON.parse(readFileSync(new URL(name, folder), 'utf8'))));
  return `# Fields of events

<!-- Written by scripts/reference.mjs from the schemas in this folder: change it there. -->

Every field that an event may have; [README.md](README.md) says what they are about. A field in brackets may be missing.

${sections.join('\n\n')}
`;
}

function sectionOf(name, schema) {
  const rows = fieldsOf(schema, schema, '');
  const about = schema.description ? `${schema.description}\n\n` : '';
  return `## ${schema.title}\n\n${about}By [${name}](${name}).\n\n${table(['field', 'is', 'says'], rows)}`;
}

/** `[field, what it is, what it says]` of an object, of what lies in it, and of the forms that it may have. */
function fieldsOf(root, schema, prefix, outerRequired = []) {
  const required = [...outerRequired, ...(schema.required ?? [])];
  const own = Object.entries(schema.properties ?? {}).flatMap(([key, written]) => {
    const property = resolve(root, written);
    const path = `${prefix}${key}`;
    const shown = required.includes(key) ? `\`${path}\`` : `[\`${path}\`]`;
    const row = [shown, typeOf(root, property), property.description ?? ''];
    const items = property.items && resolve(root, property.items);
    return [
      row,
      ...fieldsOf(root, property, `${path}.`),
      ...(items ? fieldsOf(root, items, `${path}[].`) : []),
    ];
  });
  return [...own, ...fieldsOfForms(root, schema, prefix, required)];
}

/** One field that several forms have is one row, with what it is in each; what one of them lacks may be missing. */
function fieldsOfForms(root, { oneOf = [] }, prefix, required) {
  const forms = oneOf.map((form) => resolve(root, form)).filter(({ properties }) => properties);
  const merged = new Map();
  for (const form of forms) {
    const inAll = (form.required ?? []).filter((key) => forms.every(({ properties }) => key in properties));
    for (const [path, type, text] of fieldsOf(root, { ...form, required: inAll }, prefix, required)) {
      const types = new Set([...(merged.get(path)?.types ?? []), type]);
      merged.set(path, { types, text });
    }
  }
  return Array.from(merged, ([path, { types, text }]) => [path, [...types].join(' or '), text]);
}

function typeOf(root, written) {
  const schema = resolve(root, written);
  if ('const' in schema) return `\`${schema.const}\``;
  if (schema.enum) return schema.enum.map((value) => `\`${value}\``).join(', ');
  if (schema.oneOf) {
    const types = schema.oneOf.map((one) => (schema.type ? schema.type : typeOf(root, one)));
    return [...new Set(types)].join(' or ');
  }
  if (schema.type === 'array') return schema.items ? `list of ${typeOf(root, schema.items)}` : 'list';
  if (schema.format === 'date-time') return 'time, RFC 3339';
  return [schema.type ?? 'any'].flat().join(' or ');
}

function resolve(root, schema) {
  const { $ref: ref, ...rest } = schema;
  if (!ref?.startsWith('#/$defs/')) return schema;
  return { ...root.$defs[ref.slice('#/$defs/'.length)], ...rest };
}
