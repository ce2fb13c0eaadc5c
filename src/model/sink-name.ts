/** Of the terminal's cursor; a broker's is called as the settings say. */
export const terminalName = 'terminal';
