/** What an envelope has of which nothing is said. */
export const blankEnvelope = {
  id: '',
  source: 'bench',
  number: 1,
  flow: 'Bench',
  step: 0,
  key: '',
  subject: '',
  time: 0,
  deadline: 0,
  attempt: 0,
  correlationId: '',
  causationId: '',
  traceparent: '',
  policy: '',
  group: '',
  body: Buffer.alloc(0),
};
