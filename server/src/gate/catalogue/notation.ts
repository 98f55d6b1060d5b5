import { CORE_SCHEMA, load, mergeTag, Schema, YAMLException } from 'js-yaml';
import { refuse } from './problem.ts';

/**
 * What people write beside JSON: `<<`, and no tag of any other language.
 * SECURITY: the library counts what is merged and how deep it is nested; an alias is the same object, not a copy.
 */
const yaml = { schema: new Schema([...CORE_SCHEMA.tags, mergeTag]), maxDepth: 100, maxTotalMergeKeys: 100_000 };

/**
 * What a text in JSON or YAML says. JSON is YAML, and is read as such.
 * SECURITY: `JSON.parse` keeps the last of two keys of one name, and an operation of the first would be lost.
 * @throws DescriptionError
 */
export function parse(text: string): unknown {
  try {
    return load(text, yaml);
  } catch (error) {
    if (error instanceof YAMLException && error.reason === 'duplicated mapping key') throw twice(error);
    const message = error instanceof YAMLException ? error.message.split('\n')[0] : (error as Error).message;
    const why = (message ?? '').slice(0, 200);
    throw refuse(`The file is neither JSON nor YAML: ${why}`, `ファイルが JSON でも YAML でもありません: ${why}`);
  }
}

function twice({ mark }: YAMLException): Error {
  const { buffer = '', position = 0, line = 0 } = mark ?? {};
  const [key = ''] = /^.{1,100}?(?=["']?\s*:\s|["']\s*:|$)/m.exec(buffer.slice(position, position + 200)) ?? [];
  return refuse(
    `The key ${key} is there twice in the same place; the second time in line ${line + 1}`,
    `キー ${key} が同じ場所で重複しています (2 つ目は ${line + 1} 行目)。`,
  );
}
