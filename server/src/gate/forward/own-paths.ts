/** What stands under this at the host of a guarded program is answered by the gate and never reaches the program. */
export const ownPaths = '/.warifu/';
export const callbackPath = `${ownPaths}callback`;
export const signOutPath = `${ownPaths}sign-out`;
