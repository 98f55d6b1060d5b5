import {
  type AnyEndpoint,
  deleteOperatorAuthKey,
  deleteUserAuthKey,
  generateOperatorAuthKey,
  generateUserAuthKey,
  type ReplyOf,
} from '@warifu/contract';
import { call } from '../api.ts';
import { usersKey } from '../users/users.ts';

export type NewAuthKey = ReplyOf<typeof generateUserAuthKey>;

/** Whose auth keys are shown, and the calls for that owner: the root user has operations of its own. */
export type KeyOwner = {
  /** Empty for the root user. */
  userName: string;
  generate: () => Promise<NewAuthKey>;
  remove: (authKeyId: string) => Promise<unknown>;
  generateEndpoint: AnyEndpoint;
  removeEndpoint: AnyEndpoint;
  queryKey: readonly string[];
};

export function userKeysOf(operatorId: string, userName: string): KeyOwner {
  const user = { operator_id: operatorId, user_name: userName };
  return {
    userName,
    generate: async () => (await call(generateUserAuthKey, user)).reply,
    remove: (authKeyId) => call(deleteUserAuthKey, { ...user, auth_key_id: authKeyId }),
    generateEndpoint: generateUserAuthKey,
    removeEndpoint: deleteUserAuthKey,
    queryKey: usersKey,
  };
}

export const rootKeysKey = ['root-keys'] as const;

export function rootKeysOf(operatorId: string): KeyOwner {
  return {
    userName: '',
    generate: async () => (await call(generateOperatorAuthKey, { operator_id: operatorId })).reply,
    remove: (authKeyId) => call(deleteOperatorAuthKey, { operator_id: operatorId, auth_key_id: authKeyId }),
    generateEndpoint: generateOperatorAuthKey,
    removeEndpoint: deleteOperatorAuthKey,
    queryKey: rootKeysKey,
  };
}
