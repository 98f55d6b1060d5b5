import { findingsHeader } from '@warifu/contract';
import type { LintFinding } from '@warifu/policy';
import type { FastifyReply } from 'fastify';

/** A header is no place for more; the gravest come first. */
const most = 20;

/** Puts into the answer what the checks say of a document that was saved: an RFC 9651 list, because bodies are fixed. */
export function sendFindings(reply: FastifyReply, findings: readonly LintFinding[]): void {
  if (findings.length === 0) return;
  const items = findings
    .slice(0, most)
    .map(({ code, line, column, severity }) => `${code};line=${line};column=${column};severity=${severity}`);
  reply.header(findingsHeader, items.join(', '));
}
