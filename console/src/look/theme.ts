import { type CSSVariablesResolver, createTheme, type MantineColorsTuple } from '@mantine/core';

// Step 8 of each colour has at least 4.5:1 with white, in both schemes (WCAG 1.4.3).
/** 藍: indigo, the accent. */
const ai: MantineColorsTuple = [
  '#eef4f8',
  '#dbe7ef',
  '#bad1e0',
  '#95b7cd',
  '#729ebb',
  '#5488aa',
  '#3c7499',
  '#2a6288',
  '#1d4f75',
  '#143b59',
];
/** 朱: vermilion, for what destroys or fails. */
const shu: MantineColorsTuple = [
  '#fcf0ed',
  '#f8ddd6',
  '#f0bcae',
  '#e79884',
  '#dc765c',
  '#cf583c',
  '#c04428',
  '#b03a20',
  '#9e2f18',
  '#7c2412',
];
/** 松: pine green, for what is well. */
const matsu: MantineColorsTuple = [
  '#eef6f1',
  '#d8eadf',
  '#b2d5c0',
  '#8abf9f',
  '#66aa82',
  '#479269',
  '#357d56',
  '#2a6c49',
  '#1f5a3b',
  '#15432b',
];
/** 墨: ink, the surfaces of the dark scheme. */
const dark: MantineColorsTuple = [
  '#e6e9ec',
  '#b3b9c0',
  '#929aa3',
  '#727c87',
  '#3b444e',
  '#2d353e',
  '#222931',
  '#1a2027',
  '#11161b',
  '#0b0f13',
];

const font =
  'system-ui, -apple-system, "Hiragino Sans", "Noto Sans JP", "Noto Sans CJK JP", "Yu Gothic UI", "Yu Gothic", Meiryo, sans-serif';

export const theme = createTheme({
  colors: { ai, shu, matsu, dark },
  primaryColor: 'ai',
  primaryShade: { light: 8, dark: 8 },
  defaultRadius: 6,
  cursorType: 'pointer',
  respectReducedMotion: true,
  fontFamily: font,
  fontFamilyMonospace: 'ui-monospace, SFMono-Regular, Menlo, Consolas, "Noto Sans Mono", monospace',
  headings: { fontFamily: font, fontWeight: '650' },
  // Named and not `Button.extend(…)`: that would bring every part named here into both bundles.
  components: {
    Button: { defaultProps: { size: 'md' } },
    // The hint under its field: labels and fields of one row stand on one line each, whichever of them has a hint.
    InputWrapper: { defaultProps: { inputWrapperOrder: ['label', 'input', 'description', 'error'] } },
    // Hung from the top: what appears below the buttons must not move them.
    Modal: { defaultProps: { radius: 8, padding: 'lg', yOffset: '8dvh', size: '32rem' } },
    PasswordInput: { defaultProps: { size: 'md' } },
    TextInput: { defaultProps: { size: 'md' } },
  },
});

/** Colours of the kit that miss 4.5:1 for text or 3:1 for the edge of a control, put right. */
export const cssVariables: CSSVariablesResolver = () => ({
  variables: { '--mantine-line-height': 'inherit' },
  light: {
    '--mantine-color-body': '#ffffff',
    '--mantine-color-text': '#1a2229',
    '--mantine-color-dimmed': '#525c66',
    '--mantine-color-placeholder': '#66707a',
    '--mantine-color-error': shu[8],
    '--mantine-color-anchor': ai[8],
    '--mantine-color-default-border': '#808a94',
  },
  dark: {
    '--mantine-color-body': dark[7],
    '--mantine-color-text': '#e6e9ec',
    '--mantine-color-dimmed': '#b3b9c0',
    '--mantine-color-placeholder': '#9aa2ab',
    '--mantine-color-error': '#f0a08d',
    '--mantine-color-anchor': '#9cc3dd',
    '--mantine-color-default': dark[6],
    '--mantine-color-default-hover': dark[5],
    '--mantine-color-default-border': '#737e89',
  },
});
