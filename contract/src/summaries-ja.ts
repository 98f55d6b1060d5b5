/** What each operation does, in Japanese; the English sentence stands with the operation. A test holds the two together. */
export const summariesJa: Readonly<Record<string, string>> = {
  'Auth:auth': '3 種類の認証情報のいずれかでログインし、API キーとトークンを取得します。',
  'Auth:endOtherSessions': '呼び出し元以外の、自分のすべてのセッションを終了します。',
  'Auth:endSession':
    '自分のセッションを 1 つ終了します。認証キーのセッションとスイッチしたセッションは、自身だけを終了できます。',
  'Operator:generateAuthToken': '呼び出し元のセッションのトークンを更新します。古いトークンは使用できなくなります。',
  'Auth:getSession': 'この Cookie でログインしているユーザーと、書き込みに必要な CSRF トークンを取得します。',
  'Auth:revokeToken':
    'RFC 7009 の形式で、トークンのセッションを終了します。トークンの所持者が実行でき、応答からは何もわかりません。',
  'Authz:evaluate': 'AuthZEN Authorization API 1.0 の形式で、セッションによる呼び出しが許可されるかを判定します。',
  'Authz:evaluateMany':
    'AuthZEN Authorization API 1.0 の形式で、50 件までの呼び出しを判定します。各項目で省略した値は、リクエスト全体の値になります。',
  'Authz:introspectToken': 'RFC 7662 の形式で、トークンがどのユーザーのセッションのものかを取得します。',
  'Auth:getIdentity': '呼び出し元のセッションのユーザーと、認証の方法を取得します。',
  'Authz:checkAuthorization':
    '認証情報がどのユーザーのセッションのものか、そのセッションで呼び出しを許可されるか (50 件まで) を判定します。',
  'Auth:issuePasswordResetToken':
    'パスワードを再設定する URL をメールで送信します。登録されていないアドレスでも、応答は同じです。',
  'Auth:listSessions':
    '自分のセッションの一覧を、最後に使用した順に取得します。認証キーのセッションとスイッチしたセッションからは、自身だけが見えます。',
  'Auth:logout': '呼び出し元のセッションを終了します。',
  'Operator:revokeOperatorAuthTokens': '呼び出し元を含む、ルートユーザーのすべてのセッションを終了します。',
  'Auth:setLanguage': 'コンソールとメールの言語を設定します。',
  'Auth:signIn':
    'コンソールにログインします。認証コードが必要な場合は `next` が `MFA` になり、5 分以内にコードを入力します。',
  'Auth:listFactors': '自分の多要素認証に登録されている要素の一覧を、古い順に取得します。',
  'Auth:getWaysBack':
    '要素のある端末を失ったときにログインする方法を、必要なものと、使用できない理由とともに取得します (自分について)。',
  'Auth:renameFactor': '自分の要素の名前を変更します。',
  'Auth:removeFactor':
    '自分の要素が複数あるとき、そのうちの 1 つを削除します。ほかのセッションは終了します。最後の 1 つは、多要素認証を無効にすることで削除します。',
  'Auth:beginPasskey':
    '自分のパスキーの登録を開始し、`navigator.credentials.create()` に渡す内容を取得します。5 分間有効です。',
  'Auth:registerPasskey':
    '`navigator.credentials.create()` の結果で、パスキーを登録します。最初の要素であれば多要素認証が有効になり、ルートユーザーの 5 つのバックアップコードがこの応答にだけ含まれます。',
  'Auth:challengePasskey':
    'このセッションで自分のパスキーを使うために `navigator.credentials.get()` に渡す内容を取得します。5 分間有効です。',
  'Auth:beginAuthenticatorApp':
    '多要素認証が有効なときに、認証アプリの追加または変更を開始します。新しい認証アプリを確認するまで、現在の認証アプリを使用できます。',
  'Auth:confirmAuthenticatorApp': '認証コードで、新しい認証アプリを確認します。以前の認証アプリは削除されます。',
  'Auth:beginPasskeySignIn':
    '`navigator.credentials.get()` に渡す内容を取得します。このサイトのパスキーだけでログインする場合と、このブラウザーの認証コード待ちのログインを、そのユーザーのパスキーで完了する場合に使用します。5 分間有効です。',
  'Auth:signInWithPasskey': 'パスキーだけでコンソールにログインします。PIN や指紋による確認が必要です。',
  'Auth:stepUp':
    'パスワード (多要素認証が有効な場合は認証コードまたはパスキーも) をもう一度確認します。PIN や指紋で確認するパスキーだけでも確認できます。セッションに新しいトークンが発行されます。',
  'Auth:switchUser':
    '信頼ポリシーで許可された SAM ユーザーにスイッチします。新しいセッションは、元のセッションとともに終了します。',
  'Auth:verifyPasswordResetToken':
    'メールの URL のトークンで、新しいパスワードを設定します。多要素認証は変わりません。',
  'Auth:verifySignIn': '認証コードまたはパスキーで、認証コード待ちのログインを完了します。',
  'Operator:createFirstOperator': '最初の起動時に表示された 1 回限りの URL で、最初のオペレーターを作成します。',
  'Operator:createOperator':
    '新規登録します (サーバーが許可している場合)。URL をメールで送信します。登録済みのアドレスでも、応答は同じです。',
  'Operator:getOperator': 'オペレーターの説明、プライマリメールアドレス、日時を取得します。',
  'Operator:getSettings':
    '多要素認証を必須にするユーザー、権限の昇格の防止、リセットの 2 人目の承認の設定を取得します。',
  'Operator:getServerState':
    'サーバーのバージョンと、このオペレーターのメールの送信状況を取得します。新規登録を受け付けていないサーバーでは、データベースと最新のバックアップの日時も含みます。',
  'Operator:sendTestMail':
    'オペレーターの確認済みのメールアドレスに、送信待ちを経由せずにメールを送信し、メールサーバーの応答を取得します。1 時間に数回まで実行できます。',
  'Operator:getSetup': 'ログインとセットアップの画面に必要な、サーバーの情報を取得します。',
  'Operator:updateOperatorPassword': 'ルートユーザーのパスワードを変更します。ほかのすべてのセッションが終了します。',
  'Operator:updateSettings':
    '多要素認証を必須にするユーザー、権限の昇格の防止、リセットの 2 人目の承認を設定します。ルートユーザーだけが実行できます。',
  'Operator:verifyOperator': 'メールの URL のトークンで、新規登録を完了します。',
  'Email:deleteEmail': 'プライマリ以外のメールアドレスを削除します。',
  'SystemNotification:deleteSystemNotification': '1 つの用途のアドレスを解除します。`primary` は解除できません。',
  'Email:getEmail': 'メールアドレスを 1 つ取得します。',
  'SystemNotification:getSystemNotification': '1 つの用途のアドレスを取得します。',
  'Email:issueAddEmailToken':
    '追加するアドレスに URL をメールで送信します。URL を開いて確認するまで、そのアドレスは使用されません。',
  'Email:listEmails': 'オペレーターのメールアドレスの一覧を取得します。',
  'SystemNotification:listSystemNotifications': '用途ごとのアドレスの一覧を取得します。',
  'SystemNotification:setSystemNotification':
    '1 つの用途のアドレスを設定します。`primary` にはパスワードと、ちょうど 1 つのアドレスが必要です。',
  'Email:verifyAddEmailToken': 'メールの URL のトークンで、追加したアドレスを確認します。',
  'Operator:cancelMFA': '認証コードを確認していない多要素認証の設定を中止します。',
  'Operator:cancelMFARevokingToken':
    'リセットのメール、または「心当たりがない場合」のメールのトークンで、多要素認証リセットを中止します。',
  'Operator:confirmBackupCodesStored': '現在のバックアップコードを安全な場所に保管したことを記録します。',
  'Operator:rehearseBackupCode':
    'バックアップコードを使用せずに、正しいかどうかを確認します。誤ったコードはリセットのときと同じ試行回数に含まれますが、入力ミスは含まれません。',
  'Operator:listBackupCodeTries':
    'バックアップコードがいつ、どこから使用または試行されたかを、新しい順に取得します (過去 90 日間、最大 20 件)。',
  'Operator:enableMFA':
    'ルートユーザーの多要素認証の設定を開始し、認証アプリに登録する秘密を取得します。ログインの方法はまだ変わりません。',
  'Operator:getMFAStatus': 'ルートユーザーの多要素認証の状態を取得します。',
  'Operator:issueMFARevokingToken': '多要素認証をリセットする URL をメールで送信します。応答は常に同じです。',
  'Operator:renewBackupCodes':
    '認証コードまたはパスキーで、新しいバックアップコードを 5 つ生成します。古いコードは使用できなくなります。',
  'Operator:revokeMFA':
    'パスワードで、ルートユーザーの多要素認証を無効にします。認証アプリの登録、バックアップコード、送信済みの URL、ほかのセッションも無効になります。',
  'Operator:stopMFAReset': '申し込まれ、まだ実行されていない、ルートユーザーの多要素認証リセットをすべて中止します。',
  'Operator:verifyMFA':
    '認証コードで、ルートユーザーの多要素認証を有効にします。5 つのバックアップコードは、この応答にだけ含まれます。',
  'Operator:verifyMFARevokingToken':
    'メールのトークン、メールアドレス、パスワード、バックアップコード 1 つで、多要素認証を無効にします。ログインはしません。',
  'Auth:deleteOwnEmail': '呼び出した SAM ユーザーのメールアドレスを削除します。',
  'Auth:getOwnEmail': '呼び出した SAM ユーザーのメールアドレスと、確認待ちのメールアドレスを取得します。',
  'Auth:updateOwnEmail':
    '呼び出した SAM ユーザーの新しいメールアドレス宛に、確認用の URL を送信します。ルートユーザーのメールアドレスは、オペレーターのものです。',
  'User:approveUserMFAReset':
    'ほかの人が開始した SAM ユーザーの多要素認証リセットを承認します。2 人目の承認を必須にしている場合に使います。',
  'User:deleteUserEmail': 'SAM ユーザーのメールアドレスを削除します。',
  'User:finishUserMFAReset':
    'SAM ユーザーのパスワードと、メールのトークンまたはコードで、多要素認証リセットを完了します。ログインはしません。',
  'User:getUserEmail': 'SAM ユーザーのメールアドレスと、確認待ちのメールアドレスを取得します。',
  'User:startUserMFAReset':
    'SAM ユーザーの多要素認証リセットを開始します。本人が、自分のパスワードと、メールの URL、またはこの応答にだけ含まれるコードで完了します。',
  'User:stopUserMFAReset':
    'SAM ユーザーの多要素認証リセットを中止します。ルートユーザー、リセットを開始した人、本人が実行できます。',
  'User:updateUserEmail':
    'SAM ユーザーの新しいメールアドレス宛に、確認用の URL を送信します。確認が済むと、それまでのメールアドレスと置き換わります。',
  'User:createUser': 'SAM ユーザーを作成します。権限を設定するまで、何も実行できません。',
  'User:createUserPassword': 'SAM ユーザーの最初のパスワードを設定します。',
  'User:deleteDefaultPermissions': 'SAM デフォルト権限を削除します。',
  'User:deleteUser': 'SAM ユーザーを、パスワード、多要素認証、認証キー、セッションとともに削除します。',
  'User:deleteUserPassword': 'SAM ユーザーのパスワードを削除します。そのユーザーのセッションは終了します。',
  'User:deleteUserPermission': 'SAM ユーザーに直接指定した権限を削除します。',
  'User:deleteUserTrustPolicy': 'SAM ユーザーに、だれもスイッチできないようにします。',
  'User:enableUserMFA':
    'SAM ユーザーの多要素認証の設定を開始し、認証アプリに登録する秘密を取得します。ログインの方法はまだ変わりません。',
  'User:getDefaultPermissions': 'SAM デフォルト権限を、JSON の文字列で取得します。',
  'User:getUser': 'SAM ユーザーを 1 人取得します。',
  'User:getUserWaysBack': 'SAM ユーザーが要素のある端末を失ったときに、ログインする方法を取得します。',
  'User:listWaysBack': '各 SAM ユーザーが、要素のある端末を失っても自分だけでログインできるかどうかを取得します。',
  'User:getUserMFAStatus': 'SAM ユーザーの多要素認証の状態を取得します。',
  'User:getUserPermission': 'SAM ユーザーに直接指定した権限を、JSON の文字列で取得します。',
  'User:getUserTrustPolicy': 'SAM ユーザーにスイッチできる人を、JSON の文字列で取得します。',
  'User:hasUserPassword': 'SAM ユーザーにパスワードがあるかどうかを取得します。',
  'User:listUsers': 'SAM ユーザーの一覧を、名前順に取得します。',
  'User:revokeUserAuthTokens': 'SAM ユーザーのすべてのセッションを終了します。',
  'User:revokeUserMFA':
    'SAM ユーザーの多要素認証を無効にします。そのユーザーのセッションは終了し、ルートユーザーに通知されます。',
  'User:updateDefaultPermissions': 'SAM デフォルト権限を置き換えます。',
  'User:updateUser': 'SAM ユーザーの概要を変更します。',
  'User:updateUserPassword':
    '現在のパスワードで、SAM ユーザーのパスワードを変更します。そのユーザーのほかのセッションは終了します。',
  'User:updateUserPermission': 'SAM ユーザーに直接指定した権限を置き換えます。次の呼び出しから適用されます。',
  'User:updateUserTrustPolicy': 'SAM ユーザーにスイッチできる人を設定します。プリンシパルは正確に指定します。',
  'User:verifyUserMFA':
    '認証コードで、SAM ユーザーの多要素認証を有効にします。SAM ユーザーにバックアップコードはありません。',
  'Operator:deleteOperatorAuthKey': 'ルートユーザーの認証キーを削除します。そのキーのセッションは終了します。',
  'User:deleteUserAuthKey': 'SAM ユーザーの認証キーを削除します。そのキーのセッションは終了します。',
  'Operator:generateOperatorAuthKey':
    'ルートユーザーの認証キーを生成します。シークレットは、この応答にだけ含まれます。',
  'User:generateUserAuthKey': 'SAM ユーザーの認証キーを生成します。シークレットは、この応答にだけ含まれます。',
  'User:getUserAuthKey': 'SAM ユーザーの認証キーを 1 つ取得します。',
  'Operator:listOperatorAuthKeys': 'ルートユーザーの認証キーの一覧を取得します。',
  'User:listUserAuthKeys': 'SAM ユーザーの認証キーの一覧を取得します。',
  'Operator:listMFARequirements':
    '多要素認証を必須にする設定を、設定画面、ロール、SAM ユーザーごとに取得します。最も早い日時の設定が適用されます。',
  'Operator:rehearseMFARequirement':
    '多要素認証を今すぐ必須にした場合に影響を受けるユーザー、自分で登録できるユーザー、助けられるユーザーを取得します。',
  'User:updateUserMFARequirement':
    'SAM ユーザーの多要素認証を、指定した日時から必須にするか、必須を解除します。次の呼び出しから適用されます。',
  'Role:updateRoleMFARequirement':
    'ロールを割り当てたすべてのユーザーの多要素認証を、指定した日時から必須にするか、必須を解除します。次の呼び出しから適用されます。',
  'Role:attachRole': 'SAM ユーザーにロールを割り当てます。',
  'Role:createRole': 'ロールを作成します。',
  'Role:deleteRole': 'どのユーザーにも割り当てられていないロールを削除します。',
  'Role:detachRole': 'SAM ユーザーからロールの割り当てを解除します。',
  'Role:getRole': 'ロールを、その権限とともに 1 つ取得します。',
  'Role:listRoleAttachedUsers': 'ロールを割り当てた SAM ユーザーの一覧を取得します。',
  'Role:listRoleVersions': '組み込みのロールの公開済みバージョンの一覧を、新しい順に取得します。',
  'Role:listRoles':
    'ユーザーに割り当てられるロールの一覧を取得します。`owner` を指定すると、組み込みのロールやすべてのロールを取得できます。',
  'Role:listUserRoles': 'SAM ユーザーに割り当てたロールの一覧を取得します。',
  'Role:updateRole': 'ロールの権限を置き換えます。割り当てたすべてのユーザーの次の呼び出しから適用されます。',
  'User:explainPermission':
    'SAM ユーザーの呼び出しが許可されるかどうかを、評価したすべてのステートメントとともに判定します。直接指定の権限の代わりに下書きを指定できます。',
  'User:whoCan':
    '操作を (対象に対して) 実行できるすべてのプリンシパルと、その根拠になるステートメント、ロール、スイッチを取得します。',
  'Auth:lockAccount':
    '通知のトークンで、変更を取り消してアカウントをロックします。すべてのセッションと送信済みの URL を無効にし、変更されたプライマリメールアドレスを元に戻し、メールで再設定するまでパスワードを停止します。',
  'Auth:disownSignIn':
    '心当たりのないログインを報告します。現在のパスワード (多要素認証が有効な場合は認証コードも) で新しいパスワードを設定し、ほかのすべてのセッションを終了し、そのログインに使用された認証キーを削除します。',
  'Auth:listSignIns':
    '自分のログインとその試行を、過去 90 日分、新しい順に取得します。1 ページの件数は `limit` より少ないことがあります。',
  'User:listUserSignIns': 'SAM ユーザーのログインとその試行を、過去 90 日分、新しい順に取得します。',
  'Auth:getOverview':
    'ログインしているユーザーが確認すべきことを取得します。ルートユーザーの場合は、オペレーターの状態も含みます。',
  'Auth:signInToHost':
    '保護対象のアプリケーションのページから移動してきたブラウザーを、ログインした状態でそのページに戻すための URL を取得します。URL は 1 分間、1 回だけ有効です。',
  'Auth:switchBack': 'スイッチしたコンソールのセッションを終了し、パスワードなしで元のセッションに戻ります。',
  'Auth:switchConsoleUser':
    'コンソールで、信頼ポリシーで許可された SAM ユーザーにスイッチします。ブラウザーは元のセッションを保持し、元のセッションが終了すると、スイッチしたセッションも終了します。',
  'Email:resendAddEmailToken': '未確認のアドレスに、新しい URL をメールで送信します。前の URL は無効になります。',
  'AuditLog:getApiAuditLogs': 'オペレーターの監査ログを、新しい順に取得します。',
  'Catalogue:listOperations':
    'インポートしたすべてのカタログの操作を取得します。このサーバーの操作のほかに、権限で指定できます。',
  'Catalogue:listCatalogues':
    'オペレーターのカタログと、ホストがすべてのオペレーター向けにインポートしたカタログの一覧を取得します。ルートユーザーだけが実行できます。',
  'Catalogue:getCatalogue':
    'オペレーターのカタログを OpenAPI 文書として取得します。インポートすると同じカタログになります。ルートユーザーだけが実行できます。',
  'Catalogue:previewCatalogue':
    'ファイルのインポートによる変更と、影響を受ける権限を取得します。ファイルを指定しない場合は、削除による影響を取得します。ルートユーザーだけが実行できます。',
  'Catalogue:importCatalogue':
    'ファイルの操作をカタログにインポートし、以前の操作を置き換えます。ルートユーザーだけが実行できます。',
  'Catalogue:deleteCatalogue':
    'カタログを削除します。操作の名前を含む権限は残ります。ルートユーザーだけが実行できます。',
};
