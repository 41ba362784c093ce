/** The roles that every server gives out; projects have more of their own (data.md 4.1). */
export const knownRoles: readonly string[] = ['admin', 'user', 'anonymous'];
