/** What `up` can be told. */
export interface UpFlags {
  readonly detach?: boolean;
  readonly demo?: boolean;
  readonly workers?: number;
  /** Ms after which it stops by itself. */
  readonly for?: number;
  /** In the background, until all is ready and every target was looked at. */
  readonly wait?: boolean;
  /** Ms to wait for that. */
  readonly timeout?: number;
}

/** Set for the node that `up -d` leaves behind: nobody watches its terminal. */
export const backgroundTwin = 'POLAR_BACKGROUND';
