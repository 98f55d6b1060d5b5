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
    const [first] = compiled.Errors(value);
    throw explain(first as SchemaError | undefined, part);
  };
}

type SchemaError = { keyword: string; instancePath: string; params: Record<string, unknown> };

function explain(error: SchemaError | undefined, part: Part): Failure {
  const path = (error?.instancePath ?? '').replace(/^\//, '').replaceAll('/', '.');
  const { required, additional, reason } = reasonOf(error);
  const name = [path, required ?? additional ?? ''].filter((piece) => piece !== '').join('.');
  return new Failure('COM0001', { field: (name === '' ? part : name).slice(0, 64), reason });
}

function reasonOf(error: SchemaError | undefined) {
  const params = error?.params ?? {};
  const firstOf = (name: string) => (Array.isArray(params[name]) ? String((params[name] as unknown[])[0]) : undefined);
  const bound = String(params.limit);
  switch (error?.keyword) {
    case 'required':
      return { required: firstOf('requiredProperties'), reason: { en: 'is missing', ja: '入力してください。' } };
    case 'additionalProperties':
      return {
        additional: firstOf('additionalProperties'),
        reason: { en: 'is not known here', ja: '不明な項目です。' },
      };
    case 'minLength':
      return { reason: { en: 'must not be empty', ja: '入力してください。' } };
    case 'maxLength':
      return {
        reason: { en: `at most ${bound} characters`, ja: `${bound} 文字以内で入力してください。` },
      };
    case 'minimum':
    case 'maximum': {
      const atLeast = error.keyword === 'minimum';
      return {
        reason: {
          en: `must be ${atLeast ? 'at least' : 'at most'} ${bound}`,
          ja: `${bound} ${atLeast ? '以上' : '以下'}で指定してください。`,
        },
      };
    }
    case 'type':
      return {
        reason: { en: `must be of type ${String(params.type)}`, ja: `型が正しくありません (${String(params.type)})。` },
      };
    case 'pattern':
    case '~refine':
      return { reason: { en: 'does not have the expected form', ja: '形式が正しくありません。' } };
    default:
      return { reason: { en: 'is not valid', ja: '値が正しくありません。' } };
  }
}

/** A query's texts, where the schema wants integers, as numbers; anything else stays text and fails the check. */
export function readQuery(schema: TSchema, query: Record<string, unknown>): Record<string, unknown> {
  const properties = (schema as { properties?: Record<string, { type?: string }> }).properties ?? {};
  const entries = Object.entries(query).map(([name, value]) => {
    const integer = properties[name]?.type === 'integer' && typeof value === 'string' && /^\d{1,15}$/.test(value);
    return [name, integer ? Number(value) : value] as const;
  });
  return Object.fromEntries(entries);
}
