/** What `up` can be told. */
export interface UpFlags {
  readonly detach?: boolean;
  readonly demo?: boolean;
  readonly workers?: number;
  /** Ms after which it stops by itself. */
  readonly for?: number;
}

/** Set for the node that `up -d` leaves behind: nobody watches its terminal. */
export const backgroundTwin = 'POLAR_BACKGROUND';
