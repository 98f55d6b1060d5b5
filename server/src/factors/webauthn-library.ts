// What is used of the library, so that a built package has no more of it. Imported late, see `webauthn.ts`.
export { verifyAuthenticationResponse, verifyRegistrationResponse } from '@simplewebauthn/server';
export { decodeAttestationObject } from '@simplewebauthn/server/helpers';
