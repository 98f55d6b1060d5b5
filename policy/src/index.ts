export type * from './ast.ts';
export { type Catalogue, catalogueOf, matching } from './catalogue.ts';
export { compile, compileCondition, type Decider } from './compiler.ts';
export { type Comparison as ReachComparison, compareReach, covers } from './covers.ts';
export { type Described, describeProblem, describeProblemAt, type Language } from './describe.ts';
export { applyEdit, type Edit } from './edit.ts';
export type { ExplainedCondition, ExplainedStatement, Explanation } from './explainer.ts';
export type { ConditionFailure } from './failure.ts';
export { format } from './formatter.ts';
export type { Trace } from './interpreter.ts';
export { LIMITS } from './limits.ts';
export { check, type LintFinding } from './lint.ts';
export { type Code, MESSAGES } from './messages.ts';
export { misspellings } from './misspellings.ts';
export type { Severity } from './note.ts';
export { type ConditionResult, type ParseResult, parse, parseCondition } from './parser.ts';
export { matchesPattern } from './pattern.ts';
export { type PrincipalForm, SERVICES } from './principal.ts';
export { printExpression } from './printer.ts';
export type { Params, Problem } from './problem.ts';
export { type Reach, type Reaching, reach, sumOfReaches } from './reach.ts';
export type { Request } from './request.ts';
export type { Ruling } from './rulings.ts';
export type { Decision, DocumentOrigin, Operation, Source, Trait } from './source.ts';
export { type Known, specialise, specialiseCondition, specialiseDocument, specialiseNames } from './specialise.ts';
export { nearest } from './suggest.ts';
export { type ExplainedTrust, explainTrust, type TrustExplanation } from './trust-explainer.ts';
export { checkTrustPolicy } from './trust-lint.ts';
export {
  formatTrustPolicy,
  type Principal,
  parseTrustPolicy,
  type TrustDocument,
  type TrustResult,
  type TrustStatement,
} from './trust-policy.ts';
export { FUNCTIONS, type FunctionEntry, KEYWORDS, type Meaning, VARIABLES, type VariableEntry } from './vocabulary.ts';
