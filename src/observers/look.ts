import { readSecret } from '../config/secret.ts';
import { formatSecretReference } from '../config/secret-reference.ts';
import { fillSecretText, hasSecretReference } from '../config/secret-text.ts';
import { type Setting, SettingProblem } from '../config/settings.ts';
import { hasCode, messageOf } from '../model/errors.ts';
import type { Facts, Observation, Scalar } from '../model/observation.ts';
import type { ObserveOptions, ObserverKind, ObserverSettings } from './observer.ts';
import { unreachable } from './unreachable.ts';

/** By reference: what was filled in for it. */
type Secrets = Map<string, string>;

// Anything shorter is no secret, and taking it out would blot facts that have nothing to do with it.
const shortestHidden = 4;

/**
 * Looks once, with the secrets that the settings refer to filled in for as long as the look takes. They are read each
 * time, so a changed file counts at once; what the target says of them is taken out of the observation again. A secret
 * that cannot be read is an outcome: nothing was asked.
 */
export async function look(
  kind: ObserverKind,
  settings: ObserverSettings,
  options: ObserveOptions & { /** Where relative paths of references begin. */ readonly secretsDir: string },
): Promise<Observation> {
  const secrets: Secrets = new Map();
  let filled: ObserverSettings;
  try {
    filled = fillSecrets(kind, settings, options.secretsDir, secrets);
  } catch (error) {
    const isOurs = hasCode(error, 'secret.unavailable') || error instanceof SettingProblem;
    if (!isOurs) throw error;
    const outcome = unreachable('unreadable', messageOf(error));
    return { outcome, facts: {}, measures: {}, resource: kind.resource(settings), time: options.now() };
  }
  const observation = await kind.observe(filled, options);
  return secrets.size === 0 ? observation : hideIn(observation, secrets);
}

function fillSecrets(
  kind: ObserverKind,
  settings: ObserverSettings,
  secretsDir: string,
  secrets: Secrets,
): ObserverSettings {
  const fill = (written: unknown, setting: Setting<unknown>, key: string, member: string) => {
    if (typeof written !== 'string' || !hasSecretReference(written)) return written;
    const filled = fillSecretText(written, (reference) => {
      const secret = readSecret(reference, secretsDir);
      secrets.set(formatSecretReference(reference), secret);
      return secret;
    });
    try {
      return setting.read(filled, member);
    } catch {
      // The reason would quote it.
      throw new SettingProblem(`What "${key}" refers to cannot be used there: it does not fit the setting.`);
    }
  };
  const entries = Object.entries(kind.settings)
    .filter(([, setting]) => setting.secret)
    .map(([pattern, setting]) => {
      const key = pattern.replace(/\.\*$/, '');
      const value = settings[key];
      if (typeof value !== 'object' || value === null) return [key, fill(value, setting, key, '')];
      const members = Object.entries(value).map(([member, item]) => [
        member,
        fill(item, setting, `${key}.${member}`, member),
      ]);
      return [key, Object.fromEntries(members)];
    });
  return { ...settings, ...Object.fromEntries(entries) };
}

/** What echoes a secret is told by its reference instead. */
function hideIn(observation: Observation, secrets: Secrets): Observation {
  const hidden = [...secrets].filter(([, secret]) => secret.length >= shortestHidden);
  const hide = (text: string) =>
    hidden.reduce((kept, [reference, secret]) => kept.replaceAll(secret, () => reference), text);
  const hideScalar = (value: Scalar): Scalar => {
    if (typeof value === 'string') return hide(value);
    // A number that only has the secret's digits in it is not the secret.
    return hidden.find(([, secret]) => secret === String(value))?.[0] ?? value;
  };
  const hideFacts = (facts: Facts): Facts =>
    Object.fromEntries(Object.entries(facts).map(([name, value]) => [hide(name), hideScalar(value)]));
  const { outcome, facts, measures, resource } = observation;
  return {
    ...observation,
    outcome: outcome.kind === 'unreachable' ? { ...outcome, detail: hide(outcome.detail) } : outcome,
    facts: hideFacts(facts),
    measures: hideFacts(measures),
    resource: hide(resource),
  };
}
