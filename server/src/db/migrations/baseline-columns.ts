export type Column = readonly [type: 'text' | 'integer' | 'bigint', nullable?: 'null'];
export type Table = {
  readonly key: readonly string[];
  readonly columns: Readonly<Record<string, Column>>;
  readonly unique?: readonly (readonly string[])[];
  readonly index?: readonly (readonly string[])[];
  /** Rows go with the row that they refer to. */
  readonly cascade?: readonly (readonly [columns: readonly string[], table: string, key: readonly string[]])[];
  readonly check?: string;
};

export const text: Column = ['text'];
export const textOrNull: Column = ['text', 'null'];
export const integer: Column = ['integer'];
export const bigint: Column = ['bigint'];
export const instant: Column = ['bigint'];
export const instantOrNull: Column = ['bigint', 'null'];

export const operator = ['operator_id'];
export const user = ['operator_id', 'user_id'];
export const factor = ['operator_id', 'user_id', 'factor_id'];
export const ofOperator = [operator, 'operators', operator] as const;
export const ofSession = [['operator_id', 'session_id'], 'sessions', ['operator_id', 'session_id']] as const;
export const ofUser = [user, 'users', user] as const;
