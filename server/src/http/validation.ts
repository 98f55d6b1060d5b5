import { nameRule } from '@warifu/contract';
import { nearest } from '@warifu/policy';
import type { TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import { Failure } from '../failure.ts';

type Part = 'params' | 'query' | 'body';

/**
 * A check of one part of a request. Nothing is coerced but the integers of a query, nothing is removed (R65).
 * @throws Failure COM0001 that names the field, from the returned function
 */
export function validator(schema: TSchema, part: Part): (value: unknown) => void {
  const compiled = Compile(schema);
  return (value) => {
    if (compiled.Check(value)) return;
    const errors = compiled.Errors(value) as SchemaError[];
    // A misspelled member explains why the right one is missing.
    throw explain(errors.find(isUnknownMember) ?? errors[0], schema, part);
  };
}

type SchemaError = { keyword: string; message: string; instancePath: string; params: Record<string, unknown> };
type Texts = { readonly en: string; readonly ja: string };

function explain(error: SchemaError | undefined, schema: TSchema, part: Part): Failure {
  const path = (error?.instancePath ?? '').split('/').slice(1).map(unescapePointer);
  const missing = error?.keyword === 'required' ? (error.params.requiredProperties as string[])[0] : undefined;
  const name = [...path, ...(missing === undefined ? [] : [missing])].join('.');
  const reason = error && isUnknownMember(error) ? unknownMember(schema, path) : reasonOf(error);
  return new Failure('COM0001', { field: (name === '' ? part : name).slice(0, 64), reason });
}

/** The schema of a member that is not there says no to any value. */
function isUnknownMember({ keyword }: SchemaError): boolean {
  return keyword === 'boolean';
}

function unescapePointer(piece: string): string {
  return piece.replaceAll('~1', '/').replaceAll('~0', '~');
}

function unknownMember(schema: TSchema, path: readonly string[]): Texts {
  const parent = path
    .slice(0, -1)
    .reduce<Schema | undefined>((at, name) => at?.properties?.[name] ?? at?.items, schema);
  const [near] = nearest(path.at(-1) ?? '', Object.keys(parent?.properties ?? {}));
  if (near === undefined) return { en: 'is not known here', ja: '不明な項目です。' };
  return {
    en: `is not known here. Did you mean "${near}"?`,
    ja: `不明な項目です。「${near}」の間違いではありませんか?`,
  };
}

type Schema = { readonly properties?: Readonly<Record<string, Schema>>; readonly items?: Schema };

function reasonOf(error: SchemaError | undefined): Texts {
  const params = error?.params ?? {};
  const bound = String(params.limit);
  switch (error?.keyword) {
    case 'required':
      return { en: 'is missing', ja: '入力してください。' };
    case 'minLength':
      return { en: 'must not be empty', ja: '入力してください。' };
    case 'maxLength':
      return { en: `at most ${bound} characters`, ja: `${bound} 文字以内で入力してください。` };
    case 'maxItems':
      return { en: `at most ${bound} items`, ja: `${bound} 個以内で指定してください。` };
    case 'minimum':
      return { en: `must be at least ${bound}`, ja: `${bound} 以上で指定してください。` };
    case 'maximum':
      return { en: `must be at most ${bound}`, ja: `${bound} 以下で指定してください。` };
    case 'type':
      return { en: `must be of type ${String(params.type)}`, ja: `型が正しくありません (${String(params.type)})。` };
    case 'enum': {
      const words = (params.allowedValues as string[]).join(', ');
      return { en: `must be one of: ${words}`, ja: `次のいずれかを指定してください: ${words}` };
    }
    case '~refine':
      if (error.message === 'name') return nameRule;
      return { en: 'does not have the expected form', ja: '形式が正しくありません。' };
    case 'pattern':
      return { en: 'does not have the expected form', ja: '形式が正しくありません。' };
    default:
      return { en: 'is not valid', ja: '値が正しくありません。' };
  }
}

/** Gives a query's texts, where the schema wants integers, as numbers; anything else stays text and fails the check. */
export function queryReader(schema: TSchema): (query: Record<string, unknown>) => Record<string, unknown> {
  const properties = (schema as { properties?: Record<string, { type?: string }> }).properties ?? {};
  const integers = Object.keys(properties).filter((name) => properties[name]?.type === 'integer');
  return (query) => {
    const numbers = integers
      .filter((name) => typeof query[name] === 'string' && /^\d{1,15}$/.test(query[name]))
      .map((name) => [name, Number(query[name])] as const);
    return numbers.length === 0 ? query : { ...query, ...Object.fromEntries(numbers) };
  };
}
