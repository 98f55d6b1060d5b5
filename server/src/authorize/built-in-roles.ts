import { onlyOneself, operationsWith } from './catalogue.ts';

/** A role that every operator has. Its permission changes only by a new version with a release. */
export type BuiltInRole = {
  readonly roleId: string;
  readonly roleName: string;
  readonly description: string;
  readonly permission: string;
  readonly versions: readonly { readonly version: number; readonly publishedAt: number; readonly permission: string }[];
};

const firstPublished = Date.UTC(2026, 10, 1);

type StatementInput = { effect: 'allow' | 'deny'; api: string | string[]; condition?: string };

function builtIn(roleName: string, description: string, statements: StatementInput[]): BuiltInRole {
  const permission = JSON.stringify({ statements }, null, 2);
  const versions = [{ version: 1, publishedAt: firstPublished, permission }];
  return { roleId: `srn:warifu::Role:${roleName}`, roleName, description, permission, versions };
}

const reads = ['*:get*', '*:list*', '*:has*'];

/** The built-in roles by their ID. */
export const builtInRoles: ReadonlyMap<string, BuiltInRole> = new Map(
  [
    builtIn('Administrator', 'Everything that a SAM user can be allowed.', [{ effect: 'allow', api: '*' }]),
    builtIn('ReadOnly', 'Look at everything, change nothing.', [
      { effect: 'allow', api: [...reads, 'User:whoCan', 'User:explainPermission'] },
    ]),
    builtIn('SecurityManager', "Manage the SAM users' MFA and passwords, and end their sessions.", [
      { effect: 'allow', api: operationsWith('security management') },
    ]),
    builtIn('OwnMfaSelfService', "Manage only one's own MFA.", [
      { effect: 'allow', api: 'User:listUsers' },
      { effect: 'allow', api: operationsWith('own MFA'), condition: onlyOneself },
    ]),
    builtIn('Auditor', 'Read the audit log and who may do what.', [{ effect: 'allow', api: operationsWith('audit') }]),
  ].map((role) => [role.roleId, role]),
);
