/** The split tally: two halves of one tablet, and the seal across the cut that only matches when they meet. */
export function TallyMark({ size = 28 }: { size?: number }) {
  return (
    <svg viewBox="0 0 32 32" width={size} height={size} aria-hidden="true" focusable="false">
      <path fill="currentColor" d="M7 2h7.6l-1.2 5.6 2.4 4.6-2.4 4.6 2.2 4.6L14 30H7a3 3 0 0 1-3-3V5a3 3 0 0 1 3-3z" />
      <path
        fill="var(--tally-half, var(--brass))"
        d="M17.4 2H25a3 3 0 0 1 3 3v22a3 3 0 0 1-3 3h-8.2l1.6-8.6-2.2-4.6 2.4-4.6-2.4-4.6z"
      />
    </svg>
  );
}
