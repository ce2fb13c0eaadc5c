/*
 * When a reading of files is handed over, as a pure core: when it says something new and two readings in a row
 * agree. An editor writes a file in pieces, or removes it and puts another in its place; what is seen in between is
 * nobody's word.
 */
export interface Readings {
  /** Fingerprint of the reading that was handed over last. */
  readonly handedOver: string | undefined;
  /** Fingerprint of a new reading that awaits its confirmation. */
  readonly awaiting: string | undefined;
}

export const noReadings: Readings = { handedOver: undefined, awaiting: undefined };

/** `confirm`: read again soon. */
export type Decision = 'nothing-new' | 'confirm' | 'hand-over';

export function takeReading(
  { handedOver, awaiting }: Readings,
  fingerprint: string,
): { readings: Readings; decision: Decision } {
  if (fingerprint === handedOver) {
    return { readings: { handedOver, awaiting: undefined }, decision: 'nothing-new' };
  }
  if (fingerprint === awaiting) {
    return { readings: { handedOver: fingerprint, awaiting: undefined }, decision: 'hand-over' };
  }
  return { readings: { handedOver, awaiting: fingerprint }, decision: 'confirm' };
}
