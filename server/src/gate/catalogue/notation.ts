import { CORE_SCHEMA, load, mergeTag, Schema, YAMLException } from 'js-yaml';
import { walkNames } from '../../json-names.ts';
import { refuse } from './problem.ts';

/**
 * What people write beside JSON: `<<`, and no tag of any other language.
 * SECURITY: the library counts what is merged and how deep it is nested; an alias is the same object, not a copy.
 */
const yaml = { schema: new Schema([...CORE_SCHEMA.tags, mergeTag]), maxDepth: 100, maxTotalMergeKeys: 100_000 };

/**
 * What a text in JSON or YAML says. SECURITY: of two members of one name the first would be lost, with its operations.
 * @throws DescriptionError
 */
export function parse(text: string): unknown {
  const plain = text.replace(/^\uFEFF/, '');
  const json = /^\s*\{/.test(plain) ? readJson(plain) : undefined;
  if (json) assertNames(plain);
  return json ? json.value : readYaml(plain);
}

/** Undefined for what is no JSON; it may be YAML in braces. */
function readJson(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return undefined;
  }
}

function assertNames(text: string): void {
  walkNames(text, {
    mostDeep: yaml.maxDepth,
    tooDeep: () => refuse(`The nesting exceeds ${yaml.maxDepth}`, `階層が ${yaml.maxDepth} を超えています。`),
    named: (name, isThere, at) => {
      if (isThere) throw twice(name, text.slice(0, at).split('\n').length);
    },
  });
}

function readYaml(text: string): unknown {
  try {
    return load(text, yaml);
  } catch (error) {
    if (error instanceof YAMLException && error.reason === 'duplicated mapping key') throw twiceAt(error);
    const message = error instanceof YAMLException ? error.message.split('\n')[0] : (error as Error).message;
    const why = (message ?? '').slice(0, 200);
    throw refuse(`The file is neither JSON nor YAML: ${why}`, `ファイルが JSON でも YAML でもありません: ${why}`);
  }
}

function twiceAt({ mark }: YAMLException): Error {
  const { buffer = '', position = 0, line = 0 } = mark ?? {};
  const [key = ''] = /^.{1,100}?(?=["']?\s*:\s|["']\s*:|$)/m.exec(buffer.slice(position, position + 200)) ?? [];
  return twice(key, line + 1);
}

function twice(name: string, line: number): Error {
  const key = name.slice(0, 100);
  return refuse(
    `The key ${key} is there twice in the same place; the second time in line ${line}`,
    `キー ${key} が同じ場所で重複しています (2 つ目は ${line} 行目)。`,
  );
}
