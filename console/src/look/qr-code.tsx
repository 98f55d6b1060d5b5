import { useMemo } from 'react';
import { encode } from 'uqr';
import css from './qr-code.module.css';

/** A QR code drawn here, dark on white in both schemes, with the quiet zone of four modules that readers need. */
export function QrCode({ text, label }: { text: string; label: string }) {
  const { size, path } = useMemo(() => drawQr(text), [text]);
  return (
    <svg className={css.code} viewBox={`0 0 ${size} ${size}`} role="img" aria-label={label} shapeRendering="crispEdges">
      <rect width={size} height={size} fill="#fff" />
      <path d={path} fill="#10161c" />
    </svg>
  );
}

/** Longer than this, larger squares help a camera more than the means to repair damage, which a screen has none of. */
const long = 300;

/** The dark squares of a QR code as the path of an SVG, and how many squares there are on a side. */
export function drawQr(text: string) {
  const { data, size } = encode(text, { ecc: text.length > long ? 'L' : 'M', border: 4 });
  const path = data.flatMap((row, y) => row.map((dark, x) => (dark ? `M${x} ${y}h1v1h-1z` : ''))).join('');
  return { size, path };
}
