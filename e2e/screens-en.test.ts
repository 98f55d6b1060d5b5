import { describe } from 'vitest';
import { everyScreen } from './support/screens.ts';

// One file a language: two files run at the same time.
describe('every screen (en)', () => everyScreen('en'));
