// npm run link-user -- OPERATOR_ID SAM_USER_NAME NAME
import { openStore } from './store.ts';

const [operatorId, samUser, name] = process.argv.slice(2);
if (!operatorId || !samUser || !name) throw new Error('needed: operator ID, name of the SAM user, name of the person');
openStore('orders.db').linkUser(operatorId, samUser, name);
