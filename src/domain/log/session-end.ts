const endings: readonly string[] = ['session-closed', 'session-abandoned']

/** Whether entries of this type end the session that they name. */
export const endsSession = (type: string): boolean => endings.includes(type)
