import type { ReactNode } from 'react';

type IconProps = { size?: number };

function Stroke({ size = 18, children }: IconProps & { children: ReactNode }) {
  return (
    <svg
      viewBox="0 0 20 20"
      width={size}
      height={size}
      fill="none"
      stroke="currentColor"
      strokeWidth="1.7"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      focusable="false"
    >
      {children}
    </svg>
  );
}

export const CheckIcon = (props: IconProps) => (
  <Stroke {...props}>
    <path d="m4.5 10.5 3.7 3.7 7.3-8" />
  </Stroke>
);

export const WellIcon = (props: IconProps) => (
  <Stroke {...props}>
    <circle cx="10" cy="10" r="7.6" />
    <path d="m6.8 10.3 2.3 2.3 4.2-4.8" />
  </Stroke>
);

export const OffIcon = (props: IconProps) => (
  <Stroke {...props}>
    <circle cx="10" cy="10" r="7.6" />
    <path d="M6.6 10h6.8" />
  </Stroke>
);

export const WaitIcon = (props: IconProps) => (
  <Stroke {...props}>
    <circle cx="10" cy="10" r="7.6" strokeDasharray="3 2.6" />
    <path d="M10 6.2v4l2.6 1.7" />
  </Stroke>
);

export const WarnIcon = (props: IconProps) => (
  <Stroke {...props}>
    <path d="M10 2.8 18 16.6H2z" />
    <path d="M10 8v3.8M10 14.2v.1" />
  </Stroke>
);

export const InfoIcon = (props: IconProps) => (
  <Stroke {...props}>
    <circle cx="10" cy="10" r="7.6" />
    <path d="M10 9.2v4.4M10 6.3v.1" />
  </Stroke>
);

export const CopyIcon = (props: IconProps) => (
  <Stroke {...props}>
    <rect x="7" y="7" width="9.6" height="9.6" rx="1.6" />
    <path d="M13 4.6v-.2A1.4 1.4 0 0 0 11.6 3H4.8a1.4 1.4 0 0 0-1.4 1.4v6.8a1.4 1.4 0 0 0 1.4 1.4H5" />
  </Stroke>
);

export const DownloadIcon = (props: IconProps) => (
  <Stroke {...props}>
    <path d="M10 3v9.4M6.2 8.8 10 12.6l3.8-3.8M3.6 16.6h12.8" />
  </Stroke>
);

export const PrintIcon = (props: IconProps) => (
  <Stroke {...props}>
    <path d="M6 7V3h8v4M6 14H4.4A1.4 1.4 0 0 1 3 12.6V8.4A1.4 1.4 0 0 1 4.4 7h11.2A1.4 1.4 0 0 1 17 8.4v4.2a1.4 1.4 0 0 1-1.4 1.4H14" />
    <path d="M6 11.6h8V17H6z" />
  </Stroke>
);

export const MenuIcon = (props: IconProps) => (
  <Stroke {...props}>
    <path d="M3 5.5h14M3 10h14M3 14.5h14" />
  </Stroke>
);

export const ChevronIcon = (props: IconProps) => (
  <Stroke {...props}>
    <path d="m5.5 8 4.5 4.5L14.5 8" />
  </Stroke>
);

export const HelpIcon = (props: IconProps) => (
  <Stroke {...props}>
    <circle cx="10" cy="10" r="7.6" />
    <path d="M7.9 7.9a2.2 2.2 0 1 1 3 2.1c-.6.3-.9.7-.9 1.4M10 13.9v.1" />
  </Stroke>
);

export const CloseIcon = (props: IconProps) => (
  <Stroke {...props}>
    <path d="m5 5 10 10M15 5 5 15" />
  </Stroke>
);

export const LockIcon = (props: IconProps) => (
  <Stroke {...props}>
    <rect x="4.4" y="8.8" width="11.2" height="8" rx="1.6" />
    <path d="M7 8.8V6.4a3 3 0 0 1 6 0v2.4" />
  </Stroke>
);
