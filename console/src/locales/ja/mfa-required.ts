import { plural } from '../plural.ts';

/** Of whom MFA is required, and whom that would touch. */
export const mfaRequired = {
  mfaRequired: {
    title: '多要素認証の必須化',
    leadUser:
      '指定した日時からは、多要素認証を有効にするまで、{name} は多要素認証の設定しかできなくなります。その日時までは、これまでどおりログインでき、期限が表示されます。',
    leadRole:
      '指定した日時からは、多要素認証を有効にするまで、このロールのユーザーは多要素認証の設定しかできなくなります。その日時までは、これまでどおりログインでき、期限が表示されます。',
    off: '必須ではない',
    planned: '予定あり',
    on: '必須',
    date: '必須になる日時',
    others: 'ほかの設定',
    otherRule: '{rule}: {at}',
    othersHint: '複数の設定が該当する場合は、最も早い日時の設定が適用されます。',
    rules: {
      root: 'ルートユーザー',
      sam_users: 'すべての SAM ユーザー',
      role: 'ロール {name}',
      user: '{name} のみ',
    },
    field: '必須にする日時',
    fieldHint: 'この端末の時刻で指定します。過去の日時を指定すると、すぐに必須になります。',
    fieldEmpty: '日付と時刻を入力してください。',
    set: '必須にする',
    move: '日時を変更',
    end: '必須にするのをやめる',
    endBody:
      '日時の指定を削除します。ほかの設定で必須になっていなければ、多要素認証が無効なユーザーは、パスワードだけでログインできます。',
    own: 'この設定は自分に適用されます。日時を早めることはできますが、延期や解除は、ほかのユーザーかルートユーザーに依頼してください。',
    saved: '日時を保存しました。',
    savedOwn:
      '日時を保存しました。自分の多要素認証が有効になっていないため、{at} からは多要素認証の設定しかできなくなります。',
    ended: 'この設定による必須化を解除しました。',
    nobody: '現在、影響を受けるユーザーはいません。',
    enrolling: plural({ other: '{count} 人は、先に多要素認証の設定が必要になります。' }),
    lockedOut: plural({ other: '{count} 人は、ログインできなくなります。' }),
    rehearse: '影響を受けるユーザーを確認する',
  },
  rehearsal: {
    title: '多要素認証を必須にする前の確認',
    lead: '今すぐ必須にした場合に影響を受けるユーザーです。確認しても、何も変更されません。',
    rule: '必須にする対象',
    ruleNames: {
      root: 'ルートユーザー',
      sam_users: 'すべての SAM ユーザー',
      role: 'ロールを割り当てたユーザー',
      user: '1 人の SAM ユーザー',
    },
    role: 'ロール',
    user: 'SAM ユーザー',
    submit: '表示',
    table: '影響を受けるユーザー',
    none: 'このロールを割り当てたユーザーはいません。',
    who: 'ユーザー',
    root: 'ルートユーザー',
    standing: '今すぐ必須にした場合',
    standings: {
      ready: '影響なし',
      enrols: '先に設定が必要',
      'locked out': 'ログインできない',
      'programs only': '影響なし',
    },
    why: {
      ready: '多要素認証が有効です。',
      enrols: 'ログインした後、多要素認証の設定しかできません。',
      'locked out': '有効なパスワードがないため、ログインして設定することができません。',
      'programs only': 'パスワードがなく、認証キーだけを使用しています。認証キーには多要素認証は求められません。',
    },
    givePassword: 'パスワードを設定する',
    lastSignIn: '最終ログイン',
    never: 'なし',
    bound: '現在の設定',
    notBound: '必須ではない',
    helpers: '手助けできるユーザー',
    helpersLead:
      'ログインできなくなった SAM ユーザーに、パスワードを設定できるユーザーです。必須になる日時までに、少なくとも 1 人の多要素認証が有効になっていることを確認してください。',
    sometimes: '条件付き、または多要素認証の設定後',
    withoutMfa: '多要素認証が無効',
  },
};
