/** Under which the managers keep their rows: whoever reads the journal finds them by these. */
export const stateManagerName = 'StateManager';
export const policyManagerName = 'PolicyManager';
export const taskManagerName = 'TaskManager';
