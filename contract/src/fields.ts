import { Type } from 'typebox';
import { isOtpCode } from './codes.ts';
import { closed, oneOf } from './endpoint.ts';
import { isName, isRoleId, isTypedName, nameRule } from './names.ts';

// Upper bounds keep absurd input away from hashing and the database; the exact rules live with their owner.
export const Email = Type.String({ minLength: 1, maxLength: 320, description: 'Email address' });
/** Up to 1,024 UTF-8 bytes; the byte limit itself is checked before hashing (R01). */
export const Password = Type.String({ minLength: 1, maxLength: 8192, description: 'Password' });
const otpText = Type.String({
  maxLength: 64,
  description: 'Six digits shown by the authenticator; dashes, spaces and invisible marks between them do not count',
  examples: ['123456'],
});
/** R21: six digits in a JSON string, as people type them; nothing else is evaluated. */
export const OtpCode = Type.Refine(otpText, isOtpCode);
/** Empty is the same as left out. */
export const OptionalOtpCode = Type.Optional(Type.Refine(otpText, (code) => code === '' || isOtpCode(code)));
export const BackupCode = Type.String({
  minLength: 1,
  maxLength: 64,
  description: 'One of the five 8-character backup codes',
});
export const LinkToken = Type.String({ minLength: 1, maxLength: 128, description: 'Token of a mailed link' });
export const LanguageField = oneOf('en', 'ja');
export const TokenTimeout = Type.Integer({
  minimum: 180,
  maximum: 172_800,
  description: 'Life of the token in seconds; 86400 when left out',
});
/** UNIX time in milliseconds. */
export const EpochMs = Type.Integer({ minimum: 0 });
export const MfaStatus = oneOf('ACTIVE', 'INACTIVE', 'UNCONFIRMED');

export const operatorParams = closed({ operator_id: Type.String({ maxLength: 64 }) });

/** What an API sign-in answers with. */
export const AuthReply = closed(
  {
    apiKey: Type.String(),
    token: Type.String(),
    operatorId: Type.String(),
    userName: Type.Optional(Type.String()),
  },
  'AuthResponse',
);

/** UNIX time in seconds: users, roles, AuthKeys, addresses. */
export const EpochSeconds = Type.Integer({ minimum: 0 });
export const Description = Type.String({ maxLength: 1024 });
/** A JSON document as a string; the limit of 32 KiB is checked where it is read, with positions. */
export const PermissionText = Type.String({ maxLength: 40_000 });

// The error says which rule was broken; the server has the words.
const named = (accepts: (text: string) => boolean, what: string) =>
  Type.Refine(Type.String({ description: `${what}: ${nameRule.en}` }), accepts, () => 'name');
/** A SAM user's name, in any composition of its letters. */
export const UserName = named(isName, 'Name of a SAM user');
/** As typed by whoever signs in, in any case or width. */
export const TypedUserName = named(isTypedName, 'Name of a SAM user, in any case or width');
export const RoleId = named(isRoleId, 'A role');

export const userParams = closed({ ...operatorParams.properties, user_name: UserName });
export const roleParams = closed({ ...operatorParams.properties, role_id: RoleId });

/** Whose role it is: the operator's own, or built in; the words are those of the reference. */
export const RoleOwner = oneOf('operator', 'soracom');

export const RoleInfo = closed(
  {
    roleId: Type.String(),
    roleName: Type.String(),
    owner: RoleOwner,
    description: Type.String(),
    createDateTime: EpochSeconds,
    updateDateTime: EpochSeconds,
  },
  'Role',
);
