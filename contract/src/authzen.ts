import { Type } from 'typebox';
import { closed, endpoint, oneOf } from './endpoint.ts';
import { CheckAnswer, CheckQuestion } from './gate.ts';

// The questions of the OpenID AuthZEN Authorization API 1.0, so that enforcement points which speak it need no adapter.

const text = (maxLength: number) => Type.String({ minLength: 1, maxLength });
/** Members of no meaning here are passed over, as the specification asks. */
const open = <T extends Parameters<typeof Type.Object>[0]>(properties: T, title: string) =>
  Type.Object(properties, { title });

const { httpMethod, requestPath, queryParameters, sourceIp } = CheckQuestion.properties;

/** §5.1 to §5.4. The subject is the session that the request came with; `id` is its token. */
const Entities = {
  subject: open({ type: oneOf('session'), id: text(4096) }, 'EvaluationSubject'),
  resource: open(
    {
      type: text(64),
      id: text(512),
      /** What conditions know as path variables, beside `id`. */
      properties: Type.Optional(Type.Record(Type.String({ maxLength: 64 }), Type.Unknown())),
    },
    'EvaluationResource',
  ),
  /** `Tag:operationId`; without a colon the type of the resource is the tag. */
  action: open({ name: text(128) }, 'EvaluationAction'),
  context: open({ httpMethod, requestPath, queryParameters, sourceIp }, 'EvaluationContext'),
};

const Decision = closed(
  {
    decision: Type.Boolean(),
    context: closed(
      {
        settledBy: CheckAnswer.properties.settledBy,
        missingPermission: CheckAnswer.properties.missingPermission,
        stepUp: CheckAnswer.properties.stepUp,
      },
      'EvaluationReason',
    ),
  },
  'EvaluationDecision',
);

export const evaluate = endpoint({
  method: 'POST',
  path: '/access/v1/evaluation',
  operation: 'Authz:evaluate',
  own: true,
  summary: 'Whether a session may make a call, as the AuthZEN Authorization API 1.0 asks it.',
  body: open(
    {
      subject: Entities.subject,
      resource: Entities.resource,
      action: Entities.action,
      context: Type.Optional(Entities.context),
    },
    'Evaluation',
  ),
  status: 200,
  reply: Decision,
  errors: ['AUM0060'],
});

const Part = {
  subject: Type.Optional(Entities.subject),
  resource: Type.Optional(Entities.resource),
  action: Type.Optional(Entities.action),
  context: Type.Optional(Entities.context),
};

export const evaluateMany = endpoint({
  method: 'POST',
  path: '/access/v1/evaluations',
  operation: 'Authz:evaluateMany',
  own: true,
  summary:
    'The same for up to 50 calls; what an evaluation leaves out it takes from the request. Without any it is one call.',
  body: open(
    {
      ...Part,
      evaluations: Type.Optional(Type.Array(open(Part, 'EvaluationPart'), { maxItems: 50 })),
      options: Type.Optional(
        open(
          {
            evaluations_semantic: Type.Optional(oneOf('execute_all', 'deny_on_first_deny', 'permit_on_first_permit')),
          },
          'EvaluationOptions',
        ),
      ),
    },
    'Evaluations',
  ),
  status: 200,
  // §7.1: without evaluations it is answered as one. The description of the API has no unions, for those who make code of it.
  reply: closed({
    evaluations: Type.Optional(Type.Array(Decision)),
    decision: Type.Optional(Decision.properties.decision),
    context: Type.Optional(Decision.properties.context),
  }),
  errors: ['AUM0060'],
});
