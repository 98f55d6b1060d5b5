/** The split tally: two halves of one tablet, and the seal across the cut that only matches when they meet. */
export function TallyMark({ size = 28 }: { size?: number }) {
  return (
    <svg viewBox="0 0 32 32" width={size} height={size} aria-hidden="true" focusable="false">
      <path fill="currentColor" d="M7 2h7.6l-1.2 5.6 2.4 4.6-2.4 4.6 2.2 4.6L14 30H7a3 3 0 0 1-3-3V5a3 3 0 0 1 3-3z" />
      <path
        fill="var(--tally-half, var(--brand, var(--brass)))"
        d="M17.4 2H25a3 3 0 0 1 3 3v22a3 3 0 0 1-3 3h-8.2l1.6-8.6-2.2-4.6 2.4-4.6-2.4-4.6z"
      />
    </svg>
  );
}

/** The same tally, large, with the seal across the cut: it only reads as a circle while the halves are together. */
export function TallyArt() {
  return (
    <svg viewBox="0 0 320 400" width="320" height="400" aria-hidden="true" focusable="false">
      <path fill="#1b4a6e" d="M40 0h112l-14 66 26 62-26 62 24 62-20 148H40a28 28 0 0 1-28-28V28A28 28 0 0 1 40 0z" />
      <path fill="#184364" d="M184 0h96a28 28 0 0 1 28 28v344a28 28 0 0 1-28 28H174l20-148-24-62 26-62-26-62z" />
      <circle cx="166" cy="190" r="84" fill="none" stroke="#dba466" strokeWidth="7" opacity="0.75" />
      <path
        fill="none"
        stroke="#dba466"
        strokeWidth="7"
        strokeLinecap="round"
        strokeLinejoin="round"
        opacity="0.75"
        d="M128 152h76M128 190h76M128 228h76M166 152v76"
      />
      <path fill="#143b59" d="M152 0h32l-14 66 26 62-26 62 24 62-20 148h-32l20-148-24-62 26-62-26-62z" />
    </svg>
  );
}
