import { PickField, type PickFieldProps } from '../fields/pick-field.tsx';
import { useUsers } from '../users/users.ts';

/** One of the SAM users, by name. */
export function UserField(field: PickFieldProps) {
  const { data } = useUsers();
  return <PickField {...field} choices={data?.map(({ userName }) => userName)} />;
}
