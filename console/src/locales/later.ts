import { addTexts } from '../language.ts';
import { users as usersEn } from './en/users.ts';
import { users as usersJa } from './ja/users.ts';

// The texts of pages that are loaded when they are first opened.
addTexts({ ...usersJa }, { ...usersEn });
