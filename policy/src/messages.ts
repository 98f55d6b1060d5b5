/**
 * The one table of codes: what may be said about a permission, in English and Japanese.
 * `{name}` is replaced by the parameter of that name (`describe.ts`). LIMIT_, PERM_, TRUST_ and COND_ codes refuse a text,
 * LINT_ codes are findings of `check`, FAIL_ codes tell why a condition failed when evaluated.
 */
export const MESSAGES = {
  LIMIT_DOCUMENT: [
    'The document is {actual} bytes long; at most {limit} are allowed.',
    '文書が {actual} バイトあります。{limit} バイト以内にしてください。',
  ],
  LIMIT_STATEMENTS: [
    'There are {actual} statements; at most {limit} are allowed.',
    'ステートメントが {actual} 個あります。{limit} 個以内にしてください。',
  ],
  LIMIT_PATTERNS: [
    'This statement has {actual} API patterns; at most {limit} are allowed.',
    'このステートメントには API のパターンが {actual} 個あります。{limit} 個以内にしてください。',
  ],
  LIMIT_PRINCIPALS: [
    'This statement has {actual} principals; at most {limit} are allowed.',
    'このステートメントにはプリンシパルが {actual} 個あります。{limit} 個以内にしてください。',
  ],
  LIMIT_PATTERN: [
    'This pattern has {actual} characters; at most {limit} are allowed.',
    'パターンが {actual} 文字あります。{limit} 文字以内にしてください。',
  ],
  LIMIT_CONDITION: [
    'This condition is {actual} bytes long; at most {limit} are allowed.',
    '条件が {actual} バイトあります。{limit} バイト以内にしてください。',
  ],
  LIMIT_DEPTH: [
    'The condition is nested more than {limit} levels deep. Split it or drop parentheses.',
    '条件の入れ子が {limit} 段を超えています。条件を分けるか、かっこを減らしてください。',
  ],
  LIMIT_NODES: [
    'The condition has more than {limit} parts. Split it over several statements.',
    '条件の要素が {limit} 個を超えています。複数のステートメントに分けてください。',
  ],
  LIMIT_LIST: ['This list has more than {limit} items.', 'リストの項目が {limit} 個を超えています。'],
  LIMIT_JSON_DEPTH: [
    'The JSON text is nested more than {limit} levels deep.',
    'JSON の入れ子が {limit} 段を超えています。',
  ],
  PERM_SYNTAX: [
    'This is not valid JSON: {expected} was expected here, but {found} was found.',
    'JSON の書き方に誤りがあります。ここには{expected}が必要です (実際: {found})。',
  ],
  PERM_TEXT: [
    'A string may not contain the NUL character or half of a surrogate pair.',
    '文字列に NUL 文字や、対になっていないサロゲートは使用できません。',
  ],
  PERM_DUPLICATE_KEY: ['The key {key} is written twice.', 'キー{key}が重複しています。'],
  PERM_UNKNOWN_KEY: [
    'The key {key} is not known here; use {expected}.',
    'キー{key}はここでは使用できません。使用できるのは{expected}です。',
  ],
  PERM_MISSING_KEY: ['The key {key} is missing.', 'キー{key}がありません。'],
  PERM_TYPE: ['{expected} was expected here, but {found} was found.', 'ここには{expected}が必要です (実際: {found})。'],
  PERM_EFFECT: ['The effect must be {expected}, in lower case.', 'effect には{expected}を小文字で指定してください。'],
  PERM_EMPTY: ['{key} must not be empty.', '{key}を空にすることはできません。'],
  PERM_MISSPELLED: [
    'This matches no operation: upper and lower case differ, and blanks count.',
    '一致する操作がありません。大文字と小文字は区別され、空白も文字として扱われます。',
  ],
  TRUST_PRINCIPAL: [
    'This is not a principal; write it in full, like {expected}.',
    'プリンシパルの形式が正しくありません。{expected} のように、省略せずに書いてください。',
  ],
  COND_SYNTAX: [
    '{expected} was expected here, but {found} was found.',
    'ここには{expected}が必要です (実際: {found})。',
  ],
  COND_SPELLING: ['Write {use} instead of {found}.', '{found}ではなく{use}と書いてください。'],
  COND_QUOTE: [
    "This string does not end; close it with '(a quote inside a string is written '').",
    "文字列が閉じられていません。' で閉じてください (文字列の中の ' は '' と書きます)。",
  ],
  COND_CHAIN: [
    'Comparisons cannot be chained; join two of them with "and".',
    '比較を続けて書くことはできません。and でつないでください。',
  ],
  COND_INTEGER: ['This number is too large.', '数値が大きすぎます。'],
  COND_UNKNOWN_VARIABLE: ['There is no variable {name}.', '変数 {name} はありません。'],
  COND_UNKNOWN_FUNCTION: ['There is no function {name}.', '関数 {name} はありません。'],
  COND_NOT_FUNCTION: [
    '{name} is a variable; write it without parentheses.',
    '{name} は変数です。かっこを付けずに書いてください。',
  ],
  COND_NOT_VARIABLE: [
    '{name} is a function; write {signature}.',
    '{name} は関数です。{signature} のように書いてください。',
  ],
  COND_ARGUMENTS: [
    'Wrong number of arguments ({actual}); write {signature}.',
    '引数の数 ({actual} 個) が正しくありません。{signature} のように書いてください。',
  ],
  COND_CONSTANT: [
    'An argument of {name} must be {expected} written out.',
    '{name} の引数には、{expected}を直接書いてください。',
  ],
  COND_TYPE: [
    '{expected} was expected here, but this is {found}.',
    'ここには{expected}が必要ですが、これは{found}です。',
  ],
  COND_ORDER: [
    'Values of this kind ({found}) have no order; use == or !=.',
    'この種類の値 ({found}) に大小はありません。== か != を使ってください。',
  ],
  COND_DATE: ['There is no such date or time.', '存在しない日付または時刻です。'],
  COND_CIDR: [
    'This is not an address range such as 10.0.0.0/8 or 2001:db8::/32.',
    '10.0.0.0/8 や 2001:db8::/32 のようなアドレス範囲を指定してください。',
  ],
  COND_ADDRESS: ['This is not an IPv4 or IPv6 address.', 'IPv4 または IPv6 のアドレスを指定してください。'],
  COND_NAME: ['The name must not be empty.', '名前を空にすることはできません。'],
  LINT_NO_MATCH: ['This pattern matches no known operation.', 'このパターンに一致する操作はありません。'],
  LINT_DENY_NO_MATCH: [
    'This pattern matches no known operation, so it denies nothing.',
    'このパターンに一致する操作がないため、何も拒否されません。',
  ],
  LINT_PATH_VARIABLE: [
    'No operation of this statement has a path variable {name}, so the condition always fails.',
    'このステートメントの操作には、パス変数 {name} を持つものがありません。この条件は常に評価に失敗します。',
  ],
  LINT_PATH_VARIABLE_SOME: [
    'Some operations of this statement have no path variable {name} ({operations}); the condition may fail for them.',
    'このステートメントには、パス変数 {name} を持たない操作 ({operations}) が含まれます。それらの操作では条件の評価に失敗することがあります。',
  ],
  LINT_ALLOW_ALL: ['This allows every operation without a condition.', 'すべての操作を無条件で許可しています。'],
  LINT_MFA_OF_OTHERS: [
    "This also lets the MFA of other SAM users be switched off ({operations}). Add a condition if only one's own is meant.",
    'ほかの SAM ユーザーの多要素認証も無効にできます ({operations})。自分の分だけを許可する場合は、条件を付けてください。',
  ],
  LINT_OWN_USER: [
    "This is allowed for every SAM user, not only one's own ({operations}).",
    '自分以外の SAM ユーザーに対しても許可されます ({operations})。',
  ],
  LINT_NEVER_APPLIES: [
    'This statement can never apply: its condition is never true.',
    '条件が成り立つことがないため、このステートメントは適用されません。',
  ],
  LINT_ALWAYS_APPLIES: [
    'The condition changes nothing: the statement always applies.',
    '条件があってもなくても、このステートメントは常に適用されます。',
  ],
  LINT_VALUE: [
    '{name} is never this value; it is {expected}.',
    '{name} がこの値になることはありません。取り得る値は {expected} です。',
  ],
  LINT_DUPLICATE_STATEMENT: [
    'This statement repeats statement {other}.',
    'このステートメントは {other} 番目のステートメントと同じです。',
  ],
  LINT_DUPLICATE_PATTERN: ['This pattern is written twice.', 'このパターンは重複しています。'],
  LINT_REDUNDANT_PATTERN: [
    'This pattern is already covered by {other}; the statement could be shorter.',
    'このパターンは {other} に含まれています。省略できます。',
  ],
  LINT_SHADOWED: [
    'This is never allowed: statement {other} denies it.',
    '{other} 番目のステートメントで拒否されているため、許可されることはありません。',
  ],
  LINT_TRUST_TWICE: ['This principal is named twice.', 'このプリンシパルは重複しています。'],
  LINT_TRUST_SERVICE: [
    'There is no such service here, so this lets nobody in.',
    'このサーバーにはないサービスです。この指定でスイッチできる人はいません。',
  ],
  LINT_TRUST_PATH_VARIABLE: [
    'Switching to a user has no path variable {name}, so what asks for it always fails.',
    'スイッチの呼び出しにはパス変数 {name} がありません。この部分は常に評価に失敗します。',
  ],
  FAIL_PATH_VARIABLE: ['The call has no path variable {name}.', 'この呼び出しにはパス変数 {name} がありません。'],
  FAIL_QUERY_PARAMETER: [
    'The call has no query parameter {name}.',
    'この呼び出しにはクエリパラメーター {name} がありません。',
  ],
  FAIL_ADDRESS: [
    'The address of the caller is not known or not readable.',
    '呼び出し元のアドレスが不明か、読み取れません。',
  ],
  FAIL_TIME: [
    'The time of the call or the time zone is not usable.',
    '呼び出しの時刻またはタイムゾーンが正しくありません。',
  ],
  FAIL_VALUE: ['The call gives no usable value for {name}.', 'この呼び出しからは {name} の値を得られません。'],
  FAIL_LENGTH: ['The value of {name} is longer than {limit} characters.', '{name} の値が {limit} 文字を超えています。'],
} as const satisfies Record<string, readonly [en: string, ja: string]>;

export type Code = keyof typeof MESSAGES;
