/** On a phone one of three panes is on the screen. */
export type PhonePane = 'guide' | 'terminal' | 'sessions'
