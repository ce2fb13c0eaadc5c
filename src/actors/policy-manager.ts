import { policyManagerName, taskManagerName } from '../model/actor-names.ts';
import type { PolicyRefusedEvent } from '../model/event.ts';
import type { Finding } from '../model/finding.ts';
import type { PolicyStamp } from '../model/policy.ts';
import type { PolicyStanding, Tasking } from '../model/tasking.ts';
import { joinTargets, type ObserverKinds, parseSources } from '../policies/parse-policies.ts';
import { stampOf } from '../policies/policy-hash.ts';
import type { ActorRef, ActorSystem, Behaviour } from './actor-system.ts';
import { type PolicyChange, type PolicyPush, readPolicyPush } from './bodies.ts';
import type { ActionContext, Component, EndOfFlow } from './component.ts';
import { createPolicyParser, type ParsedKind, type ParseKind } from './policy-parser.ts';

/**
 * Finds out whether a policy source says something new. What is new and sound goes to the Task Manager;
 * what is not sound is refused whole, and what was in force stays.
 */
export function createPolicyManager(kinds: ObserverKinds, actors: ActorSystem, now: () => number): Component {
  return {
    load(body, context) {
      const push = readPolicyPush(body);
      const behaviour = () => createPolicyManagerBehaviour(kinds, actors, now);
      return actors
        .spawn(behaviour, `policy-manager/${context.task.key}`)
        .ask({ push, context }, context.signal);
    },
  };
}

interface LoadPolicy {
  readonly push: PolicyPush;
  readonly context: ActionContext;
}

type Loaded = PolicyChange | PolicyRefusedEvent | EndOfFlow;

const nothingStands: PolicyStanding = { inForce: null, refused: null };

function createPolicyManagerBehaviour(
  kinds: ObserverKinds,
  actors: ActorSystem,
  now: () => number,
): Behaviour<LoadPolicy, Loaded> {
  const children = [...kinds].map(([name, kind]) => ({
    kind: name,
    child: actors.spawn(() => createPolicyParser(kind), `policy-parser/${name}`),
  }));

  return {
    async receive({ push, context }, signal) {
      const { state } = context;
      const standing = (state.read(policyManagerName) as PolicyStanding | undefined) ?? nothingStands;
      const stamp = stampOf(push.files);
      const couldBeRead = push.findings === undefined || push.findings.length === 0;
      if (couldBeRead && standing.inForce?.hash === stamp.hash) {
        // A broken set may have been taken back.
        if (standing.refused) state.write(policyManagerName, { ...standing, refused: null });
        return context.end('unchanged');
      }

      const tasking = state.read(taskManagerName) as Tasking | undefined;
      const { sources, findings } = parseSources(push.files, kinds);
      const parts = await Promise.all(children.map((one) => askChild(one, sources, tasking, signal)));
      const readFindings = [...(push.findings ?? []), ...findings];
      const parsed = joinTargets(
        push.files,
        readFindings,
        parts.map((part) => part.parsed),
      );

      if (!parsed.set) return refuse(standing, stamp, push, parsed.findings, context, now());
      const inForce = { ...stamp, files: push.files, since: now() };
      state.write(policyManagerName, { inForce, refused: null } satisfies PolicyStanding);
      const changes = parts.map((part) => part.change);
      return { set: parsed.set, files: push.files, changes };
    },
  };
}

function askChild(
  { kind, child }: { kind: string; child: ActorRef<ParseKind, ParsedKind> },
  sources: ParseKind['sources'],
  tasking: Tasking | undefined,
  signal: AbortSignal,
): Promise<ParsedKind> {
  const before = (tasking?.targets ?? []).filter((target) => target.kind === kind);
  return child.ask({ sources, before }, signal);
}

/** Says it once per broken set, however often that set is pushed. */
function refuse(
  standing: PolicyStanding,
  stamp: PolicyStamp,
  push: PolicyPush,
  findings: readonly Finding[],
  context: ActionContext,
  time: number,
): PolicyRefusedEvent | EndOfFlow {
  const isKnown =
    standing.refused?.hash === stamp.hash &&
    JSON.stringify(standing.refused.findings) === JSON.stringify(findings);
  if (isKnown) return context.end('unchanged');
  context.state.write(policyManagerName, {
    inForce: standing.inForce,
    refused: { ...stamp, findings, time },
  } satisfies PolicyStanding);
  const inForce = standing.inForce && { revision: standing.inForce.revision, hash: standing.inForce.hash };
  return {
    type: 'polar.policy.refused',
    policy: stamp,
    data: { ...stamp, inForce, findings, files: push.files },
  };
}
