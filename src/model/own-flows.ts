/**
 * The product's own flows whose steps are quick and ask nobody: what opens the door to what people want next. The
 * subject keeps room for them in each worker, so that they never wait for slow actions. Looks at targets are not among
 * them: they take as long as their targets do.
 */
export const ownFlows: ReadonlySet<string> = new Set([
  'Admit',
  'AgeTarget',
  'Answer',
  'ApplyPolicies',
  'AttestTarget',
  'Expire',
  'OrderDelivery',
  'OrderLetter',
  'RetireTarget',
  'StopTarget',
]);

/** By which people say what is to become of dead letters, of events that were set aside, and of sinks. */
export const orderFlows: ReadonlySet<string> = new Set(['OrderLetter', 'OrderDelivery']);
