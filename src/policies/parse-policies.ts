import { byPlace, type Finding, hasErrors } from '../model/finding.ts';
import type { PolicyFile, PolicySet } from '../model/policy.ts';
import type { ObserverKind } from '../observers/observer.ts';
import { type ParsedTargets, parseTargets } from './parse-targets.ts';
import { stampOf } from './policy-hash.ts';
import { type PolicySource, parseSource } from './policy-source.ts';

export type ObserverKinds = ReadonlyMap<string, ObserverKind>;

export interface ParsedPolicies {
  /** Undefined when there is any error: a set holds as a whole or not at all. */
  readonly set: PolicySet | undefined;
  /** By file, line and column. */
  readonly findings: readonly Finding[];
}

/** Reads a policy set. Never throws for what a file says. */
export function parsePolicies(files: readonly PolicyFile[], kinds: ObserverKinds): ParsedPolicies {
  const { sources, findings } = parseSources(files, kinds);
  const parsed = [...kinds.values()].map((kind) => parseTargets(kind, sources));
  return joinTargets(files, findings, parsed);
}

/** The outlines of all files, by name, so that the order of a directory decides nothing. */
export function parseSources(
  files: readonly PolicyFile[],
  kinds: ObserverKinds,
): { sources: PolicySource[]; findings: Finding[] } {
  const parsed = files
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .map((file) => parseSource(file, [...kinds.keys()]));
  return {
    sources: parsed.map(({ source }) => source),
    findings: parsed.flatMap(({ findings }) => findings),
  };
}

/** Puts together what was read kind by kind. */
export function joinTargets(
  files: readonly PolicyFile[],
  outlineFindings: readonly Finding[],
  parsed: readonly ParsedTargets[],
): ParsedPolicies {
  const findings = [...outlineFindings, ...parsed.flatMap((part) => part.findings)].sort(byPlace);
  if (hasErrors(findings)) return { set: undefined, findings };
  const targets = parsed.flatMap((part) => part.targets).sort((a, b) => (a.name < b.name ? -1 : 1));
  return { set: { ...stampOf(files), targets }, findings };
}
