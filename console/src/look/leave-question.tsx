import { Button } from '@mantine/core';
import { DialogFoot } from './dialog.tsx';

type LeaveQuestionProps = {
  title: string;
  body: string;
  stay: string;
  leave: string;
  onStay: () => void;
  onLeave: () => void;
};

/** Asks once more before something that is shown only now is gone. */
export function LeaveQuestion({ title, body, stay, leave, onStay, onLeave }: LeaveQuestionProps) {
  return (
    <div className="stack" role="alert">
      <h3>{title}</h3>
      <p>{body}</p>
      <DialogFoot>
        <Button variant="default" onClick={onLeave}>
          {leave}
        </Button>
        <Button onClick={onStay} autoFocus>
          {stay}
        </Button>
      </DialogFoot>
    </div>
  );
}
